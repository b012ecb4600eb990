import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ROOT } from './start/options.ts';

/** `npm run reset`: forgets everything local (database, n8n, secrets). The installed n8n stays. */
const directory = resolve(ROOT, process.env.DATA_DIR || '.data');

if (isRunning(join(directory, 'api', 'lock.json'))) {
  console.error(`${directory} is in use. Stop the running instance first (Ctrl-C in its terminal).`);
  process.exitCode = 1;
} else {
  rmSync(directory, { recursive: true, force: true });
  console.log(`Deleted ${directory}.`);
}

function isRunning(lockFile: string): boolean {
  try {
    process.kill((JSON.parse(readFileSync(lockFile, 'utf8')) as { pid: number }).pid, 0);
    return true;
  } catch {
    return false;
  }
}
