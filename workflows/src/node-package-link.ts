import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';

const manifestSchema = z.object({
  name: z.string(),
  n8n: z.object({ nodes: z.array(z.string()).default([]), credentials: z.array(z.string()).default([]) }),
});

/**
 * Makes a package of nodes known to n8n the way a community package is: by a link below the user folder,
 * so that its types are called `<package name>.<node>`.
 * @throws Error when the package is not built, or something else than a link is in its place.
 */
export function linkNodePackage(userFolder: string, packageDirectory: string): void {
  const target = resolve(packageDirectory);
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')));
  for (const file of [...manifest.n8n.nodes, ...manifest.n8n.credentials]) {
    if (!existsSync(join(target, file))) {
      throw new Error(`The node package ${manifest.name} is not built: ${file} is missing in ${target}.`);
    }
  }
  const link = join(userFolder, '.n8n', 'nodes', 'node_modules', manifest.name);
  const existing = lstatSync(link, { throwIfNoEntry: false });
  if (existing?.isSymbolicLink() && readlinkSync(link) === target) return;
  if (existing && !existing.isSymbolicLink()) {
    throw new Error(`${link} is not a link. Remove it so that n8n can load ${target}.`);
  }
  rmSync(link, { force: true });
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(target, link, 'dir');
}
