import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Bundles the command with the importers into one file that Node 20 runs. SQLite stays a package of its own. */
export async function build(directory = `${root}dist`): Promise<void> {
  rmSync(directory, { recursive: true, force: true });
  const bundle = await rolldown({
    input: `${root}src/cli.ts`,
    platform: 'node',
    external: ['node-sqlite3-wasm'],
    transform: { target: 'node20' },
    tsconfig: false,
  });
  await bundle.write({ file: `${directory}/cli.js`, format: 'esm', banner: '#!/usr/bin/env node' });
  await bundle.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
