import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureN8nInstalled } from '../workflows/src/install.ts';

/** `npm test`: installs the pinned n8n when it is missing, then runs every test. Arguments go to vitest. */
await ensureN8nInstalled({ onProgress: (line) => console.log(line) });
const vitest = join(import.meta.dirname, '..', 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
