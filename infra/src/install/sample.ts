import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@ai-manager/api/client';
import { TABLES } from '@ai-manager/api/tables';

/** Imports the invented company of a folder, for a look around. Answers what was imported. */
export async function importSample(client: Client, folder: string): Promise<string> {
  const tables = await Promise.all(
    Object.entries(TABLES).map(async ([name, { file }]) => [
      name,
      await readFile(join(folder, file), 'utf8'),
    ]),
  );
  const { builders, projects } = await client.people.import(Object.fromEntries(tables));
  return `The sample company: ${builders.inserted} builders and ${projects.inserted} projects are new.`;
}
