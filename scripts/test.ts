import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureN8nInstalled } from '../workflows/src/install.ts';
import { makeMemoryDirectory } from './test/memory-directory.ts';

/** Options of `npm test`, and the variables by which the tests hear of them. */
const OPTIONS: Record<string, Record<string, string>> = {
  '--every-database': { TEST_EVERY_DATABASE: '1' },
  '--write-timings': { TEST_TIMINGS: 'write' },
};

/**
 * `npm test`: installs the pinned n8n when it is missing, then runs every test. `--every-database` runs the business
 * suites on each database (`npm run test:all`), `--write-timings` writes test-timings.json. Other arguments go to
 * vitest.
 */
await ensureN8nInstalled({ onProgress: (line) => console.log(line) });
const args = process.argv.slice(2);
const env = Object.assign({ ...process.env }, ...args.map((argument) => OPTIONS[argument] ?? {}));
const vitest = join(import.meta.dirname, '..', 'node_modules', 'vitest', 'vitest.mjs');
const others = args.filter((argument) => !(argument in OPTIONS));
const memory = process.env.TMPDIR ? null : makeMemoryDirectory();
if (memory) env.TMPDIR = memory;
// Ctrl-C goes to vitest too, which ends its servers; then what they wrote is removed.
process.on('SIGINT', () => {});
const [status] = await once(
  spawn(process.execPath, [vitest, 'run', ...others], { stdio: 'inherit', env }),
  'exit',
);
if (memory) rmSync(memory, { recursive: true, force: true });
process.exitCode = status ?? 1;
