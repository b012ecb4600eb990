import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './options.ts';
import { StartError } from './start-error.ts';

/** The node package is plain TypeScript; n8n loads what the compiler makes of it. @throws {StartError} */
export async function buildNodes(): Promise<void> {
  const build = [join(ROOT, 'n8n-nodes', 'scripts', 'build.mts'), '--if-changed'];
  await promisify(execFile)(process.execPath, build, { cwd: join(ROOT, 'n8n-nodes') }).catch(
    (error: { stdout?: string; stderr?: string }) => {
      throw new StartError(`The n8n nodes could not be built.\n${error.stdout ?? ''}${error.stderr ?? ''}`);
    },
  );
}
