import { createTwoFilesPatch } from 'diff';
import { z } from 'zod';
import type { LangfuseApi, LangfuseClient, Pending, RequestLimits } from './client.ts';
import type { Definitions } from './definitions.ts';
import { type PromptFile, readPromptFiles } from './prompt-files.ts';
import { langfusePrompts } from './prompts.ts';

/** One thing that Langfuse should have: whether it has it, and how to make it so. */
export interface Change {
  what: string;
  action: 'create' | 'update' | 'unchanged' | 'differs';
  /** What becomes other, as a person reads it. */
  detail: string | null;
  /** Null where nothing is to be done, or where a person has to. */
  apply: (() => Promise<void>) | null;
}

const ID = { id: z.string() };
const named = z.looseObject({ ...ID, name: z.string() });
const dataset = z.looseObject({ name: z.string(), description: z.string().nullish() });
const item = z.looseObject(ID);
const model = z.looseObject({ ...ID, modelName: z.string(), isLangfuseManaged: z.boolean() });

/**
 * What has to be done so that Langfuse has what the files say. Doing it again finds nothing to do. A prompt that was
 * changed in Langfuse keeps what it says: the file becomes another version, which serves once somebody labels it.
 */
export async function planSync(
  client: LangfuseClient,
  defined: Definitions,
  files: readonly PromptFile[] | null = null,
): Promise<Change[]> {
  return [
    ...(await planPrompts(client, files ?? (await readPromptFiles()))),
    ...(await planScoreConfigs(client, defined.scoreConfigs)),
    ...(await planQueues(client, defined.annotationQueues)),
    ...(await planDatasets(client, defined.datasets)),
    ...(await planPrices(client, defined.modelPrices)),
  ];
}

async function planPrompts(client: LangfuseClient, files: readonly PromptFile[]): Promise<Change[]> {
  const prompts = langfusePrompts(client);
  const known = new Map((await prompts.list()).map(({ name, versions }) => [name, versions]));
  const changes: Change[] = [];
  for (const file of files) {
    const what = `prompt ${file.name}`;
    const numbers = known.get(file.name) ?? [];
    const versions = [];
    for (const version of numbers) versions.push(await prompts.get(file.name, { version }));
    const newest = versions.at(-1);
    if (versions.some((version) => version && sameContent(version, file))) changes.push(unchanged(what));
    else if (!newest) {
      const details = { labels: ['production'], commitMessage: 'Shipped with the product.' };
      changes.push(
        create(what, 'version 1, production', async () => {
          await prompts.create(file.name, file, details);
        }),
      );
    } else {
      const patch = createTwoFilesPatch(`version ${newest.version}`, 'file', newest.text, file.text);
      changes.push({
        what,
        action: 'update',
        detail: `version ${newest.version + 1}, without a label\n${patch}`,
        apply: async () => {
          await prompts.create(file.name, file, { commitMessage: 'Shipped with a newer release.' });
        },
      });
    }
  }
  return changes;
}

async function planScoreConfigs(
  client: LangfuseClient,
  wanted: Definitions['scoreConfigs'],
): Promise<Change[]> {
  const existing = await listConfigs(client);
  return wanted.map((config) => {
    const what = `score config ${config.name}`;
    const found = existing.find(({ name }) => name === config.name);
    if (!found)
      return create(what, config.dataType, () =>
        change(client, `create ${what}`, (api, limits) => api.scoreConfigs.create(config, limits)),
      );
    const other = differences(config, found);
    if (other.length === 0) return unchanged(what);
    if (other.includes('dataType'))
      return { what, action: 'differs', detail: 'dataType cannot be changed: archive it first', apply: null };
    return update(what, other, async () => {
      const { dataType: _unchanged, ...changeable } = config;
      await client.send({
        what: `update ${what}`,
        request: (api, limits) => api.scoreConfigs.update(found.id, changeable, limits),
        schema: z.unknown(),
        isIdempotent: true,
      });
    });
  });
}

async function planQueues(
  client: LangfuseClient,
  wanted: Definitions['annotationQueues'],
): Promise<Change[]> {
  const existing = await client.all('list annotation queues', named, (api, page, limits) =>
    api.annotationQueues.listQueues(page, limits),
  );
  return wanted.map(({ scoreConfigs, ...queued }) => {
    const what = `annotation queue ${queued.name}`;
    if (existing.some(({ name }) => name === queued.name)) return unchanged(what);
    return create(what, `scored by ${scoreConfigs.join(', ')}`, async () => {
      // Read now: the configs may have been made by the same sync.
      const configs = await listConfigs(client);
      const scoreConfigIds = configs.filter(({ name }) => scoreConfigs.includes(name)).map(({ id }) => id);
      await change(client, `create ${what}`, (api, limits) =>
        api.annotationQueues.createQueue({ ...queued, scoreConfigIds }, limits),
      );
    });
  });
}

async function planDatasets(client: LangfuseClient, wanted: Definitions['datasets']): Promise<Change[]> {
  const existing = await client.all('list datasets', dataset, (api, page, limits) =>
    api.datasets.list(page, limits),
  );
  const changes: Change[] = [];
  for (const { items: cases, ...described } of wanted) {
    const what = `dataset ${described.name}`;
    const found = existing.find(({ name }) => name === described.name);
    const save = () =>
      change(client, `save ${what}`, (api, limits) => api.datasets.create(described, limits));
    if (!found) changes.push(create(what, described.description, save));
    else if (differences(described, found).length > 0) changes.push(update(what, ['description'], save));
    else changes.push(unchanged(what));
    const kept = found ? await listItems(client, described.name) : [];
    for (const given of cases) {
      const name = `dataset item ${given.id}`;
      const before = kept.find(({ id }) => id === given.id);
      const body = { ...given, datasetName: described.name };
      const other = before ? differences(given, before) : [];
      const apply = () =>
        change(client, `save ${name}`, (api, limits) => api.datasetItems.create(body, limits));
      if (!before) changes.push(create(name, described.name, apply));
      else changes.push(other.length === 0 ? unchanged(name) : update(name, other, apply));
    }
  }
  return changes;
}

/** A model's price cannot be changed in Langfuse: ours is made anew. Those that Langfuse keeps are left alone. */
async function planPrices(client: LangfuseClient, wanted: Definitions['modelPrices']): Promise<Change[]> {
  const existing = (
    await client.all('list models', model, (api, page, limits) => api.models.list(page, limits))
  ).filter(({ isLangfuseManaged }) => !isLangfuseManaged);
  return wanted.map((price) => {
    const what = `model price ${price.modelName}`;
    const found = existing.find(({ modelName }) => modelName === price.modelName);
    const make = () => change(client, `create ${what}`, (api, limits) => api.models.create(price, limits));
    if (!found) return create(what, `${price.inputPrice} in, ${price.outputPrice} out, per token`, make);
    const other = differences(price, found);
    if (other.length === 0) return unchanged(what);
    return update(what, other, async () => {
      await client.send({
        what: `delete ${what}`,
        request: (api, limits) => api.models.delete(found.id, limits),
        schema: z.unknown(),
        isIdempotent: true,
      });
      await make();
    });
  });
}

function create(what: string, detail: string, apply: () => Promise<void>): Change {
  return { what, action: 'create', detail, apply };
}

function update(what: string, fields: readonly string[], apply: () => Promise<void>): Change {
  return { what, action: 'update', detail: fields.join(', '), apply };
}

function unchanged(what: string): Change {
  return { what, action: 'unchanged', detail: null, apply: null };
}

function listConfigs(client: LangfuseClient) {
  return client.all('list score configs', named, (api, page, limits) => api.scoreConfigs.get(page, limits));
}

function listItems(client: LangfuseClient, datasetName: string) {
  return client.all(`list dataset ${datasetName}`, item, (api, page, limits) =>
    api.datasetItems.list({ datasetName, ...page }, limits),
  );
}

/** One write, not repeated: a sync that fails is run again. */
async function change(
  client: LangfuseClient,
  what: string,
  request: (api: LangfuseApi, limits: RequestLimits) => Pending,
): Promise<void> {
  await client.send({ what, request, schema: z.unknown(), isIdempotent: false });
}

/** Fields of what is wanted that are otherwise in what is there; further fields there do not matter. */
function differences(wanted: object, there: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(wanted)
    .filter(([field, value]) => canonical(value) !== canonical(there[field]))
    .map(([field]) => field);
}

function sameContent(a: Pick<PromptFile, 'text' | 'variables' | 'config'>, b: PromptFile): boolean {
  const of = ({ text, variables, config }: typeof a) => canonical({ text, variables, config });
  return of(a) === of(b);
}

/** JSON with the keys of every object in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
