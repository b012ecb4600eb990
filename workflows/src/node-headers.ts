import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The root of the running Node's own C headers, for node-gyp's `nodedir`, so that native modules compile
 * without a download. Looks beside the executable (`include/node`, as in Node's archives) and in the npm
 * package `node`, which keeps them in a package of its own per platform. Undefined when neither has the
 * headers of exactly this version; node-gyp then uses what the machine is configured for.
 */
export function nodeHeadersRoot(executable: string = process.execPath): string | undefined {
  const bin = dirname(executable);
  const platformPackage = `node-${process.platform}-${process.arch}`;
  const candidates = [
    join(bin, '..'),
    join(bin, '..', 'node_modules', platformPackage),
    join(bin, '..', '..', platformPackage),
    join(bin, '..', '..', `node-bin-${process.platform}-${process.arch}`),
    join(bin, '..', 'node_modules', `node-bin-${process.platform}-${process.arch}`),
  ];
  return candidates.find(hasHeadersOfThisVersion);
}

function hasHeadersOfThisVersion(root: string): boolean {
  const header = join(root, 'include', 'node', 'node_version.h');
  if (!existsSync(header)) return false;
  const text = readFileSync(header, 'utf8');
  const part = (name: string) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1];
  return `${part('MAJOR')}.${part('MINOR')}.${part('PATCH')}` === process.versions.node;
}
