import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasEditor, inspectNodes, inspectWorkflows } from '../../workflows/src/inspect.ts';
import { keySession, type N8nSession, signIn } from '../../workflows/src/session.ts';
import { ROOT } from '../start/root.ts';
import { fault, ok, orFault, type Row, unused, warning } from './row.ts';

/** Where n8n is, and how to look into it: as its owner, or with an API key. */
export interface N8nAccess {
  url: string;
  owner: { email: string; password: string; stateFile?: string } | null;
  apiKey: string | null;
}

const DIRECTORY = join(ROOT, 'workflows');
const OPERATIONS = join(ROOT, 'n8n-nodes', 'nodes', 'AiManager', 'operations.generated.json');

/**
 * The workflows, credentials and nodes of an n8n.
 * @param timezoneOf asks for the time zone of the company
 */
export function n8nRows(access: N8nAccess | null, timezoneOf: () => Promise<string>): Promise<Row[]> {
  if (!access)
    return Promise.resolve([
      unused('n8n', 'Not checked: set N8N_URL with N8N_EMAIL and N8N_PASSWORD, or with N8N_API_KEY.'),
    ]);
  return orFault('n8n', 'Start n8n, run the bootstrap, and check N8N_URL and its account.', async () => {
    const session = await open(access);
    const rows = await workflowRows(session, timezoneOf);
    return [ok('n8n', access.url), ...(await nodeRows(session)), ...rows];
  });
}

async function open({ url, owner, apiKey }: N8nAccess): Promise<N8nSession> {
  // A key of its own: the one of the installation stays valid.
  if (owner) return signIn({ url, ...owner, keyLabel: 'ai-manager-doctor', mayCreateOwner: false });
  if (apiKey) return keySession(url, apiKey);
  throw new Error('There is no account for n8n.');
}

async function nodeRows(session: N8nSession): Promise<Row[]> {
  if (!hasEditor(session))
    return [
      warning('n8n nodes', 'Not checked: an API key cannot list nodes.', 'Set N8N_EMAIL and N8N_PASSWORD.'),
    ];
  const { missing, operations } = await inspectNodes(session, DIRECTORY);
  const install = 'Install n8n-nodes-ai-manager of this version, and restart n8n.';
  if (missing.length > 0) return [fault('n8n nodes', `n8n does not have ${missing.join(', ')}`, install)];
  const unknown = ownOperations().filter((operation) => !operations.has(operation));
  if (unknown.length === 0) return [ok('n8n nodes', `${operations.size} operations`)];
  const some = unknown.slice(0, 3).join(', ');
  return [
    fault(
      'n8n nodes',
      `They are of another version: ${unknown.length} operations such as ${some} are missing`,
      install,
    ),
  ];
}

/** The operations that the nodes of this checkout have. */
function ownOperations(): string[] {
  const { resources } = JSON.parse(readFileSync(OPERATIONS, 'utf8')) as {
    resources: { id: string; operations: { key: string }[] }[];
  };
  return resources.flatMap(({ id, operations }) => operations.map(({ key }) => `${id}.${key}`));
}

async function workflowRows(session: N8nSession, timezoneOf: () => Promise<string>): Promise<Row[]> {
  const inspected = await inspectWorkflows(session, DIRECTORY);
  const active = inspected.filter(({ state }) => state === 'active');
  const rows = inspected.flatMap(({ name, state, reason }): Row[] => {
    if (state === 'active') return [];
    const shown = `workflow "${name}"`;
    if (state === 'off') return [unused(shown, reason ?? 'it is off')];
    return [fault(shown, reason ?? 'It does not run.', 'Run the bootstrap again, or correct it in n8n.')];
  });
  const zones = active.flatMap(({ timezone }) => timezone ?? []);
  return [
    ok('workflows', `${active.length} of ${inspected.length} are active`),
    ...(await zoneRows(zones, timezoneOf)),
    ...rows,
  ];
}

/** Schedules go by a zone that was written into each workflow; the company's may have changed since. */
async function zoneRows(zones: readonly string[], timezoneOf: () => Promise<string>): Promise<Row[]> {
  const company = await timezoneOf().catch(() => null);
  if (company === null) return [];
  const others = [...new Set(zones.filter((zone) => zone !== company))];
  if (others.length === 0) return [ok('schedules', `go by ${company}`)];
  const detail = `Some go by ${others.join(', ')}, and the company's time zone is ${company}.`;
  return [warning('schedules', detail, 'Run the bootstrap again, or change the time zone in n8n.')];
}
