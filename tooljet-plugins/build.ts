import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from './package.json' with { type: 'json' };

/** The plugins, by the id that ToolJet knows them by. */
export const PLUGINS = ['ai-manager', 'ai-manager-langfuse', 'ai-manager-n8n'] as const;
export type PluginId = (typeof PLUGINS)[number];

const home = fileURLToPath(new URL('.', import.meta.url));
const require = createRequire(import.meta.url);

type Bundle = (entry: string, options: Record<string, unknown>) => Promise<{ code: string }>;

/**
 * Builds every plugin and writes the folder that ToolJet fetches from:
 * `<folder>/<id>/{package.json,dist/index.js,lib/{manifest,operations}.json,lib/icon.svg}`.
 * @returns the folder, `marketplace-assets` of this workspace unless given
 */
export async function buildMarketplace(folder = join(home, 'marketplace-assets')): Promise<string> {
  const compiled = await mkdtemp(join(tmpdir(), 'tooljet-plugins-'));
  try {
    const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
    const project = ['-p', join(home, 'tsconfig.build.json'), '--outDir', compiled];
    execFileSync(process.execPath, [tsc, ...project], { stdio: 'inherit' });
    await writeFile(join(compiled, 'package.json'), '{"type":"commonjs"}\n');
    // Without one the bundler warns about a deprecated call.
    await writeFile(join(compiled, 'tsconfig.json'), '{"compilerOptions":{}}\n');
    await rm(folder, { recursive: true, force: true });
    for (const id of PLUGINS) await writePlugin(id, compiled, join(folder, id));
    return folder;
  } finally {
    await rm(compiled, { recursive: true, force: true });
  }
}

async function writePlugin(id: PluginId, compiled: string, target: string): Promise<void> {
  // Minified, the class QueryError would lose the name by which ToolJet knows it.
  const bundle = require('@vercel/ncc') as Bundle;
  const { code } = await bundle(join(compiled, id, 'lib/index.js'), {
    minify: false,
    sourceMap: false,
    cache: false,
    quiet: true,
  });
  const lib = join(home, id, 'lib');
  await mkdir(join(target, 'dist'), { recursive: true });
  await writeFile(join(target, 'dist/index.js'), code);
  await mkdir(join(target, 'lib'));
  const files = ['manifest.json', 'operations.json', 'icon.svg'];
  for (const name of files) await cp(join(lib, name), join(target, 'lib', name));
  const { title, description } = JSON.parse(await readFile(join(lib, 'manifest.json'), 'utf8'));
  const about = {
    name: id,
    title,
    description,
    version: `${packageJson.version}+${await contentOf([join(compiled, id, 'lib'), join(compiled, 'common'), join(target, 'lib')])}`,
    type: 'commonjs',
    main: 'dist/index.js',
  };
  await writeFile(join(target, 'package.json'), `${JSON.stringify(about, null, 2)}\n`);
}

/** Eight digits that change with any file: ToolJet fetches a plugin again only when it has another version. */
async function contentOf(folders: readonly string[]): Promise<string> {
  const content = createHash('sha256');
  for (const folder of folders) {
    const names = (await readdir(folder)).sort();
    for (const name of names) content.update(name).update(await readFile(join(folder, name)));
  }
  return content.digest('hex').slice(0, 8);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(`wrote ${await buildMarketplace()}`);
}
