import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** URL of the repository that a folder is in, read from its configuration; null when there is none. */
export function repositoryOfFolder(folder: string): string | null {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const git = gitFolder(current);
    if (git !== null) return originIn(read(resolve(git, 'config')));
    if (dirname(current) === current) return null;
  }
}

/** `.git`, also that of a work tree, whose configuration is in the repository that it belongs to. */
export function gitFolder(folder: string): string | null {
  const path = resolve(folder, '.git');
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return path;
  if (!stat?.isFile()) return null;
  const target = /^gitdir: (.+)$/m.exec(read(path))?.[1]?.trim();
  if (target === undefined) return null;
  const own = resolve(folder, target);
  const common = read(resolve(own, 'commondir')).trim();
  return common === '' ? own : resolve(own, common);
}

function originIn(config: string): string | null {
  const sections = config.split(/^\s*\[/m);
  const remote =
    sections.find((section) => /^remote "origin"\]/.test(section)) ??
    sections.find((section) => /^remote "/.test(section));
  return /^\s*url\s*=\s*(\S+)/m.exec(remote ?? '')?.[1] ?? null;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
