import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STAMP = '.installed-lockfile';

/**
 * What an installation of `hostDirectory` depends on: its manifest, its lockfile and the platform that
 * native modules were built for. Throws when either file is missing.
 */
export function installFingerprint(hostDirectory: string): string {
  const hash = createHash('sha256');
  for (const name of ['package.json', 'pnpm-lock.yaml']) {
    hash.update(readFileSync(join(hostDirectory, name))).update('\0');
  }
  const nodeMajor = process.versions.node.split('.')[0];
  return `${hash.digest('hex')} ${process.platform}-${process.arch} node-${nodeMajor}`;
}

/** True when `node_modules` was completely installed from the lockfile that is there now. */
export function isInstalled(hostDirectory: string): boolean {
  const stamp = stampPath(hostDirectory);
  if (!existsSync(stamp) || !existsSync(join(hostDirectory, 'node_modules', 'n8n', 'bin', 'n8n')))
    return false;
  return readFileSync(stamp, 'utf8') === installFingerprint(hostDirectory);
}

/** Records a completed installation. */
export function writeStamp(hostDirectory: string): void {
  writeFileSync(stampPath(hostDirectory), installFingerprint(hostDirectory));
}

/** Forgets a completed installation; called before one begins, so that an interrupted one is redone. */
export function removeStamp(hostDirectory: string): void {
  rmSync(stampPath(hostDirectory), { force: true });
}

function stampPath(hostDirectory: string): string {
  return join(hostDirectory, 'node_modules', STAMP);
}
