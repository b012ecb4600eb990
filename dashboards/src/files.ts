import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { apps } from './apps/index.ts';
import { exportApp } from './build/export.ts';
import type { ExportedApp } from './build/export-types.ts';
import { forToolJet2 } from './build/tooljet-2.ts';

const folder = new URL('../exports/', import.meta.url);

/** Where an app's export is committed. */
export function exportPath(slug: string): string {
  return fileURLToPath(new URL(`${slug}.json`, folder));
}

/** Where the picture of a page is committed. */
export function picturePath(slug: string, page: string): string {
  return fileURLToPath(new URL(`../../docs/images/dashboards/${slug}/${page}.png`, import.meta.url));
}

/** Text of every app's export, by its slug. */
export function exportTexts(): Map<string, string> {
  return new Map(apps.map((app) => [app.slug, `${JSON.stringify(exportApp(app), null, 1)}\n`]));
}

/** Writes every export. @returns the paths */
export async function writeExports(): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const written = [...exportTexts()].map(async ([slug, text]) => {
    await writeFile(exportPath(slug), text);
    return exportPath(slug);
  });
  return await Promise.all(written);
}

/** Writes every app for importing by hand into a ToolJet 2.27, below `exports/2.27`. @returns the paths */
export async function writeToolJet2(): Promise<string[]> {
  const older = new URL('2.27/', folder);
  await mkdir(older, { recursive: true });
  const written = apps.map(async (app) => {
    const path = fileURLToPath(new URL(`${app.slug}.json`, older));
    await writeFile(path, `${JSON.stringify(forToolJet2(exportApp(app)), null, 1)}\n`);
    return path;
  });
  return await Promise.all(written);
}

/** Exports on disk that are not what the code says. */
export async function staleExports(): Promise<string[]> {
  const checks = [...exportTexts()].map(async ([slug, text]) => {
    const current = await readFile(exportPath(slug), 'utf8').catch(() => null);
    return current === text ? [] : [slug];
  });
  return (await Promise.all(checks)).flat();
}

/** The committed exports. */
export async function readExports(): Promise<ExportedApp[]> {
  return await Promise.all(
    apps.map(async ({ slug }) => JSON.parse(await readFile(exportPath(slug), 'utf8')) as ExportedApp),
  );
}
