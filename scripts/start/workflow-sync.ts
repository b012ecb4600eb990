import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  diffWorkflows,
  keySession,
  pullNewWorkflows,
  pullWorkflows,
  pushWorkflows,
  unfiledWorkflows,
} from '../../workflows/src/index.ts';
import { ROOT } from './options.ts';

/** An operator edits a workflow in n8n: the edit is seen, pulled into the files, and pushed away again. */
export async function editAndSync(url: string, apiKey: string): Promise<void> {
  const session = keySession(url, apiKey);
  const pulled = copyOfWorkflows();
  const drift = async (directory: string) =>
    (await diffWorkflows(session, directory)).flatMap(({ name, missing, differences }) =>
      missing ? [name] : differences.map(({ place }) => `${name}: ${place}`),
    );
  expect(await drift(pulled)).toEqual([]);
  await composeAndPull(session, pulled);

  const path = '/workflows/report-errors';
  const read = async () => (await session.api({ method: 'GET', path }, 'read')) as Stored;
  const { name, nodes, connections, settings } = await read();
  const [note] = nodes;
  if (note) note.parameters.content = '## Edited in n8n';
  await session.api({ method: 'PUT', path, body: { name, nodes, connections, settings } }, 'edit');
  expect(await drift(pulled)).toEqual(['Report errors: node "Note: what": parameters.content']);

  expect(await pullWorkflows(session, pulled)).toEqual(['Report errors']);
  expect(await drift(pulled)).toEqual([]);
  expect(readFileSync(join(pulled, 'report-errors.json'), 'utf8')).toContain('## Edited in n8n');

  const original = copyOfWorkflows();
  expect(await pushWorkflows(session, original)).toEqual([{ name: 'Report errors', change: 'updated' }]);
  expect(await drift(original)).toEqual([]);
  expect((await read()).active).toBe(true);
}

/** An operator composes a workflow in n8n: it is named, and a file is written for it. */
async function composeAndPull(session: ReturnType<typeof keySession>, directory: string): Promise<void> {
  const before = (await unfiledWorkflows(session, directory)).map(({ name }) => name);
  const node = { id: 'n1', name: 'Start by hand', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1 };
  const body = {
    name: 'Invoice sweep (Q4)',
    nodes: [{ ...node, position: [0, 0], parameters: {} }],
    connections: {},
    settings: {},
  };
  const made = (await session.api({ method: 'POST', path: '/workflows', body }, 'create')) as { id: string };
  const unfiled = await unfiledWorkflows(session, directory);
  expect(unfiled.filter(({ name }) => !before.includes(name))).toEqual([
    { name: 'Invoice sweep (Q4)', reportsErrors: false },
  ]);
  expect(await pullNewWorkflows(session, directory)).toContain('invoice-sweep-q4.json');
  expect(await unfiledWorkflows(session, directory)).toEqual([]);
  await session.api({ method: 'DELETE', path: `/workflows/${made.id}` }, 'delete');
  rmSync(join(directory, 'invoice-sweep-q4.json'));
}

interface Stored {
  name: string;
  active: boolean;
  nodes: { parameters: Record<string, unknown> }[];
  connections: object;
  settings: object;
}

function copyOfWorkflows(): string {
  const directory = mkdtempSync(join(tmpdir(), 'workflows-'));
  const source = join(ROOT, 'workflows');
  for (const file of readdirSync(source).filter((entry) => entry.endsWith('.json'))) {
    cpSync(join(source, file), join(directory, file));
  }
  return directory;
}
