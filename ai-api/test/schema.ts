import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SCRIPT = fileURLToPath(new URL('./install-schema.ts', import.meta.url));

/** Gives the database that `env` names the schema and the job queues of this version, in a process of its own. */
export async function installSchema(env: { DATA_DIR: string; DATABASE_URL?: string }): Promise<void> {
  await promisify(execFile)(process.execPath, [SCRIPT], {
    env: { PATH: process.env.PATH ?? '', NODE_ENV: 'test', ...env },
  });
}
