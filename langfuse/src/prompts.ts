import { z } from 'zod';
import { type LangfuseClient, LangfuseError } from './client.ts';

const variable = z.object({ name: z.string(), description: z.string(), value: z.string().optional() });
/** Variables travel in the prompt's config, so that a version that somebody edits in Langfuse keeps them. */
const config = z.looseObject({ aiManager: z.looseObject({ variables: z.array(variable) }).optional() });

const langfusePrompt = z.looseObject({
  name: z.string(),
  version: z.number().int(),
  type: z.string(),
  prompt: z.unknown(),
  config: config.nullable().catch(null),
  labels: z.array(z.string()),
  commitMessage: z.string().nullish(),
});

/** A prompt's version as Langfuse has it. */
export interface LangfusePrompt {
  name: string;
  version: number;
  text: string;
  variables: { name: string; description: string; value?: string | undefined }[];
  config: Record<string, unknown>;
  labels: string[];
  commitMessage: string | null;
}
type Content = Pick<LangfusePrompt, 'text' | 'config'> & {
  variables: readonly LangfusePrompt['variables'][number][];
};

const listed = z.object({
  name: z.string(),
  versions: z.array(z.number().int()),
  labels: z.array(z.string()),
});

/** Prompts in Langfuse. Every function throws {@link LangfuseError}. */
export function langfusePrompts(client: LangfuseClient) {
  return {
    /** Every prompt, with its versions in order and all labels that some version has. */
    list: async (): Promise<{ name: string; versions: number[]; labels: string[] }[]> => {
      const items = await client.all('list prompts', listed, (api, page, limits) =>
        api.prompts.list(page, limits),
      );
      return items.map(({ name, versions, labels }) => ({
        name,
        versions: versions.toSorted((a, b) => a - b),
        labels,
      }));
    },

    /** One version, by its number or a label; null when there is none. */
    get: async (
      name: string,
      wanted: { version: number } | { label: string },
    ): Promise<LangfusePrompt | null> => {
      try {
        const found = await client.send({
          what: `read prompt ${name}`,
          request: (api, limits) => api.prompts.get(name, wanted, limits),
          schema: langfusePrompt,
          isIdempotent: true,
        });
        return toPrompt(found);
      } catch (error) {
        if (error instanceof LangfuseError && error.status === 404) return null;
        throw error;
      }
    },

    create: async (
      name: string,
      { text, variables, config }: Content,
      { labels = [], commitMessage }: { labels?: string[]; commitMessage: string },
    ): Promise<LangfusePrompt> => {
      const body = {
        name,
        type: 'text',
        prompt: text,
        config: { ...config, aiManager: { variables } },
        labels,
        commitMessage: commitMessage.slice(0, 500),
      } as const;
      const created = await client.send({
        what: `save prompt ${name}`,
        request: (api, limits) => api.prompts.create(body, limits),
        schema: langfusePrompt,
        isIdempotent: false,
      });
      return toPrompt(created);
    },

    /** Gives a version labels and takes them from all others. */
    label: async (name: string, version: number, newLabels: string[]): Promise<void> => {
      await client.send({
        what: `label version ${version} of prompt ${name}`,
        request: (api, limits) => api.promptVersion.update(name, version, { newLabels }, limits),
        schema: z.unknown(),
        isIdempotent: true,
      });
    },
  };
}

function toPrompt({
  name,
  version,
  type,
  prompt,
  config,
  labels,
  commitMessage,
}: z.output<typeof langfusePrompt>) {
  if (type !== 'text' || typeof prompt !== 'string')
    throw new LangfuseError(`${name} version ${version} in Langfuse is not a text prompt`, 422);
  const { aiManager, ...rest } = config ?? {};
  return {
    name,
    version,
    text: prompt,
    variables: aiManager?.variables ?? [],
    config: rest,
    labels,
    commitMessage: commitMessage ?? null,
  };
}
