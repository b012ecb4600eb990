import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageDir = fileURLToPath(new URL('..', import.meta.url));

/** Compiles the package into `dist` and puts the icons beside it, as n8n loads them. */
export function build(): void {
  const dist = join(packageDir, 'dist');
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  rmSync(dist, { recursive: true, force: true });
  execFileSync(process.execPath, [tsc, '-p', packageDir], { stdio: 'inherit' });
  cpSync(join(packageDir, 'icons'), join(dist, 'icons'), { recursive: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
