import { badRequest, notFound, pageOf, type Route } from './recorder.ts';

interface StoredPrompt {
  name: string;
  version: number;
  type: string;
  prompt: unknown;
  config: unknown;
  labels: string[];
  tags: string[];
  commitMessage: string | null;
  createdAt: string;
  updatedAt: string;
}

const LABEL = /^[a-z0-9_\-.]+$/;

/**
 * Prompts as Langfuse keeps them: labels are moved by adding them, and `latest` moves by itself. `dropLabel` takes one
 * away, as its screens do: no route does.
 */
export function promptRoutes(): { routes: Route[]; dropLabel(name: string, label: string): void } {
  const prompts = new Map<string, StoredPrompt[]>();
  const path = '/api/public/v2/prompts';

  function label(versions: StoredPrompt[], target: StoredPrompt, labels: readonly string[]): void {
    for (const name of labels)
      for (const version of versions) version.labels = version.labels.filter((held) => held !== name);
    target.labels.push(...labels);
  }

  const dropLabel = (name: string, dropped: string) => {
    for (const version of prompts.get(name) ?? [])
      version.labels = version.labels.filter((held) => held !== dropped);
  };

  const routes: Route[] = [
    {
      method: 'GET',
      path,
      answer: ({ query }) => {
        const items = [...prompts].map(([name, versions]) => ({
          name,
          versions: versions.map(({ version }) => version),
          labels: [...new Set(versions.flatMap(({ labels }) => labels))],
          tags: [],
          lastUpdatedAt: versions.at(-1)?.updatedAt,
          lastConfig: versions.at(-1)?.config,
        }));
        const wanted = query.get('name');
        return pageOf(wanted === null ? items : items.filter(({ name }) => name === wanted), query);
      },
    },
    {
      method: 'POST',
      path,
      answer: ({ body }) => {
        const given = body as Partial<StoredPrompt>;
        const {
          name,
          prompt,
          type = 'text',
          config = {},
          labels = [],
          tags = [],
          commitMessage = null,
        } = given;
        if (!name || prompt === undefined) return badRequest('name and prompt are required');
        if (labels.some((held) => !LABEL.test(held) || held.length > 36)) return badRequest('Invalid label');
        if (labels.includes('latest')) return badRequest('The label latest is reserved');
        if ((commitMessage ?? '').length > 500) return badRequest('commitMessage is too long');
        const versions = prompts.get(name) ?? [];
        if (versions.some((version) => version.type !== type))
          return badRequest(`Previous versions have different prompt type. Create a new prompt.`);
        const at = new Date().toISOString();
        const created: StoredPrompt = {
          name,
          version: versions.length + 1,
          type,
          prompt,
          config,
          labels: [],
          tags,
          commitMessage,
          createdAt: at,
          updatedAt: at,
        };
        prompts.set(name, [...versions, created]);
        label([...versions, created], created, [...labels, 'latest']);
        return { status: 201, body: created };
      },
    },
    {
      method: 'GET',
      path: `${path}/{name}`,
      answer: ({ query }, { name = '' }) => {
        const versions = prompts.get(name) ?? [];
        const version = query.get('version');
        const wanted = query.get('label') ?? 'production';
        const found = versions.find((stored) =>
          version === null ? stored.labels.includes(wanted) : stored.version === Number(version),
        );
        return found ? { status: 200, body: found } : notFound(`Prompt not found: '${name}'`);
      },
    },
    {
      method: 'PATCH',
      path: `${path}/{name}/versions/{version}`,
      answer: ({ body }, { name = '', version }) => {
        const versions = prompts.get(name) ?? [];
        const found = versions.find((stored) => stored.version === Number(version));
        const { newLabels = [] } = body as { newLabels?: string[] };
        if (!found) return notFound(`Prompt not found: '${name}'`);
        if (newLabels.some((held) => held === 'latest' || !LABEL.test(held)))
          return badRequest('Invalid label');
        label(versions, found, newLabels);
        return { status: 200, body: found };
      },
    },
  ];
  return { routes, dropLabel };
}
