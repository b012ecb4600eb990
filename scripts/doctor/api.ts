import packageJson from '../../ai-api/package.json' with { type: 'json' };
import { ApiError, type Client, createClient } from '../../ai-api/src/catalogue/client.ts';
import { resources } from '../../ai-api/src/catalogue/index.ts';
import { fault, ok, orFault, type Row, unused, warning } from './row.ts';

/** Where the API is, and with which key it is asked. */
export interface ApiAccess {
  url: string;
  /** Null when none is known. */
  key: string | null;
}

/** Clocks that differ by more are a fault: tokens and signatures are refused. */
const MAX_CLOCK_MS = 30_000;
const TIMEOUT_MS = 60_000;

/** Everything that is checked through the API. */
export async function apiRows({ url, key }: ApiAccess): Promise<Row[]> {
  const client = createClient(resources, { baseUrl: url, apiKey: key ?? '', timeoutMs: TIMEOUT_MS });
  const cure = 'Start the API, or name its address with --url.';
  const reached = await orFault('API', cure, async () => [await health(client, url)]);
  if (reached.some(({ state }) => state === 'fault')) return reached;
  if (!key)
    return [
      ...reached,
      fault('API key', 'No key is known.', 'Set AI_MANAGER_API_KEY to a key with the role admin.'),
    ];
  const allowed = await orFault('API key', 'Set AI_MANAGER_API_KEY to a valid key.', async () => [
    await keyRow(client),
  ]);
  if (allowed.some(({ state }) => state === 'fault')) return [...reached, ...allowed];
  const looks: [string, (client: Client) => Promise<Row[]>][] = [
    ['connections', connectionRows],
    ['administrators', administratorRows],
    ['prompts', promptRows],
    ['webhooks', webhookRows],
  ];
  const found = await Promise.all(
    looks.map(([name, look]) => orFault(name, "Read the API's log.", () => look(client))),
  );
  return [...reached, ...allowed, ...found.flat()];
}

/** The time zone of the company that the key belongs to. */
export async function companyTimezone({ url, key }: ApiAccess): Promise<string> {
  const client = createClient(resources, { baseUrl: url, apiKey: key ?? '', timeoutMs: TIMEOUT_MS });
  return (await client.tenant.get({})).settings.timezone;
}

async function health(client: Client, url: string): Promise<Row> {
  const { version, engine, model } = await client.health.get({});
  const detail = `${version} at ${url}, engine ${engine}${model ? ` (${model})` : ''}`;
  if (version === packageJson.version) return ok('API', detail);
  return warning(
    'API',
    `${detail}; this checkout is ${packageJson.version}`,
    'Use the checkout of that version.',
  );
}

async function keyRow(client: Client): Promise<Row> {
  const { roles } = await client.identity.whoami({}).catch((error: unknown) => {
    throw error instanceof ApiError && error.status === 401 ? new Error('The API refuses the key.') : error;
  });
  if (roles.includes('admin')) return ok('API key', `roles ${roles.join(', ')}`);
  return fault('API key', `It has the roles ${roles.join(', ')}.`, 'Use a key with the role admin.');
}

async function connectionRows(client: Client): Promise<Row[]> {
  const before = Date.now();
  const { items, checkedAt } = await client.connection.check({});
  const rows = items.map(({ name, state, detail, cure }): Row => ({ name, state, detail, cure }));
  return [...rows, clockRow(Date.parse(checkedAt), before, Date.now())];
}

/** The API took its time at some moment between the request and its answer. */
function clockRow(theirs: number, before: number, after: number): Row {
  const apart = Math.max(before - theirs, theirs - after, 0);
  const detail = `${(apart / 1000).toFixed(1)} s between this machine and the API`;
  if (apart <= MAX_CLOCK_MS) return ok('clock of this machine', detail);
  return fault('clock of this machine', detail, 'Synchronise both clocks by NTP.');
}

async function administratorRows(client: Client): Promise<Row[]> {
  const { items } = await client.user.list({ role: 'admin', status: 'active', limit: 50 });
  if (items.length > 0) return [ok('administrators', `${items.length} can sign in`)];
  const cure = 'Set BOOTSTRAP_ADMIN_EMAIL and BOOTSTRAP_ADMIN_PASSWORD, or create one with POST /users.';
  return [warning('administrators', 'No administrator can sign in.', cure)];
}

async function promptRows(client: Client): Promise<Row[]> {
  const { items } = await client.prompt.list({ limit: 500 });
  const failed = Map.groupBy(items, ({ mirrorError }) => mirrorError ?? '');
  failed.delete('');
  const rows = [...failed].map(([reason, prompts]) => mirrorRow(reason, prompts));
  for (const { name, held } of items) {
    if (!held) continue;
    const cure = 'Save a version that may serve, or move the label production in Langfuse.';
    rows.push(warning(`prompt ${name}`, `Version ${held.version} may not serve: ${held.reason}`, cure));
  }
  if (rows.length > 0) return rows;
  const mirrored = items.filter(({ source }) => source === 'langfuse').length;
  return [ok('prompts', `${items.length}, of which ${mirrored} are mirrored from Langfuse`)];
}

/** What keeps one prompt, or several, from being read in Langfuse. */
function mirrorRow(reason: string, prompts: readonly { name: string }[]): Row {
  const cure = 'Correct it in Langfuse; until then the versions that were read last serve.';
  const [first] = prompts;
  if (prompts.length === 1) return fault(`prompt ${first?.name}`, reason, cure);
  return fault('prompts', `${prompts.length} are not read from Langfuse: ${reason}`, cure);
}

async function webhookRows(client: Client): Promise<Row[]> {
  const { items } = await client.webhook.list({ limit: 500 });
  if (items.length === 0) return [unused('webhooks', 'No endpoint is subscribed.')];
  const rows = items.flatMap(({ url, state, stateReason, lastDelivery }): Row[] => {
    if (state === 'healthy') return [];
    const detail = stateReason ?? lastDelivery?.lastError ?? `The endpoint is ${state}.`;
    const cure = 'Repair the endpoint, then enable it with webhook.update.';
    return [(state === 'disabled' ? fault : warning)(`webhook ${url}`, detail, cure)];
  });
  return rows.length > 0 ? rows : [ok('webhooks', `${items.length} endpoints are healthy`)];
}
