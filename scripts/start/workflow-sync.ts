import { cpSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { diffWorkflows, keySession, pullWorkflows, pushWorkflows } from '../../workflows/src/index.ts';
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
