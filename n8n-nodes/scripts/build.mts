import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync, statSync } from 'node:fs';
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
  // The last step: where the icons are, the rest is too.
  cpSync(join(packageDir, 'icons'), join(dist, 'icons'), { recursive: true });
}

/** Builds unless `dist` is complete and newer than everything that it is made of. */
function buildIfChanged(): void {
  const built = statSync(join(packageDir, 'dist', 'icons'), { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined || newestSource() >= built) build();
}

function newestSource(): number {
  const files = ['credentials', 'nodes', 'icons'].flatMap((directory) => [
    directory,
    ...readdirSync(join(packageDir, directory), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(directory, file),
    ),
  ]);
  const all = [...files, 'package.json', 'tsconfig.json', join('scripts', 'build.mts')];
  return Math.max(...all.map((file) => statSync(join(packageDir, file)).mtimeMs));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--if-changed')) buildIfChanged();
  else build();
}
