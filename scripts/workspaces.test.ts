import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, test } from 'vitest';
import { readSource } from '../ai-api/test/source-text.ts';
import rootPackage from '../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '..');
const folders = new Set(rootPackage.workspaces);

/** Workspaces by the name of their package. */
const byName = new Map(
  [...folders].map((folder): [string, string] => {
    const { name } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { name: string };
    return [name, folder];
  }),
);

/** The workspace that a path is in; null for files of none. */
function workspaceOf(path: string): string | null {
  return [...folders].find((folder) => path.startsWith(`${folder}/`)) ?? null;
}

/** The workspace that a file's import leads to; null for packages of others. */
function targetOf(file: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return workspaceOf(posix.join(posix.dirname(file), specifier));
  const name = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1);
  return byName.get(name.join('/')) ?? null;
}

/** What each workspace needs of others at run time: its product code, without tests and their support. */
function needs(): Map<string, Set<string>> {
  const files = execFileSync('git', ['ls-files', '*.ts', '*.mts'], { cwd: root, encoding: 'utf8' }).split(
    '\n',
  );
  const graph = new Map<string, Set<string>>();
  for (const file of files) {
    const folder = workspaceOf(file);
    const isTest = /\.test\.m?ts$|\/test\//.test(file);
    if (folder === null || isTest || !existsSync(join(root, file))) continue;
    const targets = graph.get(folder) ?? new Set<string>();
    graph.set(folder, targets);
    for (const specifier of readSource(readFileSync(join(root, file), 'utf8')).values) {
      const target = targetOf(file, specifier);
      if (target !== null && target !== folder) targets.add(target);
    }
  }
  return graph;
}

test('no workspace needs one that needs it', () => {
  const graph = needs();
  expect(graph.get('dashboards')).toContain('ai-api');
  expect(graph.get('clients/capture')).toContain('ai-api');
  const circles: string[] = [];
  const visit = (folder: string, path: readonly string[]) => {
    if (path.includes(folder)) circles.push([...path.slice(path.indexOf(folder)), folder].join(' -> '));
    else for (const next of graph.get(folder) ?? []) visit(next, [...path, folder]);
  };
  for (const folder of graph.keys()) visit(folder, []);
  expect(circles).toEqual([]);
});
