import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readSource } from '../test/source-text.ts';
import { MODULES } from './catalogue/modules.ts';

/** Source files by their path below `src`, without tests. */
type Sources = Record<string, string>;

/**
 * What each layer may import, beside itself: only layers below it. Modules are entered by their `index.ts`, by the
 * catalogue also by their `contract.ts`; `judgement` where {@link isEntrance} says.
 */
const MAY_IMPORT: Record<string, string[]> = {
  contract: [],
  platform: [],
  models: ['platform'],
  judgement: ['models', 'platform', 'contract'],
  http: ['contract', 'platform'],
  config: ['models', 'platform', 'contract'],
  modules: ['config', 'http', 'judgement', 'models', 'platform', 'contract'],
  catalogue: ['modules', 'config', 'contract'],
  composition: ['catalogue', 'modules', 'config', 'http', 'judgement', 'models', 'platform', 'contract'],
  root: ['composition', 'catalogue', 'modules', 'config', 'http', 'models', 'platform', 'contract'],
};

const directory = fileURLToPath(new URL('.', import.meta.url));

/** Folders of the modules in the order of the catalogue, such as `modules/shared/people`. */
const FOLDERS = readSource(readFileSync(`${directory}/catalogue/modules.ts`, 'utf8'))
  .imports.filter((path) => path.endsWith('/index.ts'))
  .map((path) => posix.dirname(posix.join('catalogue', path)));

/** Pure functions that modules of their floor share, and programs outside of the API bundle; each file may be imported. */
const LIBRARIES = ['modules/context/formats', 'modules/context/redaction'];

/** The database schema that a part's SQL may name; parts that are not here have no SQL. */
const OWN_SCHEMA: Record<string, string | null> = {
  ...Object.fromEntries(Object.values(MODULES).map(({ schema }, index) => [FOLDERS[index], schema])),
  http: 'platform_http',
  judgement: 'judgement',
  models: 'models',
};

function layerOf(path: string): string {
  return path.includes('/') ? (path.split('/')[0] as string) : 'root';
}

/** `modules/shared/people` of a file in it; for other files their layer. */
function partOf(path: string): string {
  return layerOf(path) === 'modules' ? path.split('/').slice(0, 3).join('/') : layerOf(path);
}

/** Whether a file may be imported from outside its part. */
function isEntrance(from: string, to: string): boolean {
  if (LIBRARIES.includes(partOf(to))) return from.startsWith(posix.dirname(partOf(to)));
  if (layerOf(to) === 'modules')
    return (
      to === `${partOf(to)}/index.ts` || (layerOf(from) === 'catalogue' && to === `${partOf(to)}/contract.ts`)
    );
  if (layerOf(to) === 'judgement')
    return (
      to === 'judgement/index.ts' ||
      (/\/(contract|schema)\.ts$/.test(from) && /\/(schema|grade)\.ts$/.test(to))
    );
  return true;
}

/** Whether one module is below another in the catalogue. */
function isBelow(from: string, to: string): boolean {
  const [upper, lower] = [FOLDERS.indexOf(partOf(from)), FOLDERS.indexOf(partOf(to))];
  return upper < 0 || lower < 0 || lower < upper;
}

function importsOf(sources: Sources, what: 'imports' | 'values' = 'imports'): [string, string][] {
  return Object.entries(sources).flatMap(([path, text]) =>
    readSource(text)
      [what].filter((specifier) => specifier.startsWith('.'))
      .map((specifier): [string, string] => [path, posix.join(posix.dirname(path), specifier)]),
  );
}

function importFaults(sources: Sources): string[] {
  return importsOf(sources)
    .filter(([from, to]) => {
      if (to.endsWith('package.json') || partOf(from) === partOf(to)) return false;
      const isModuleToModule = layerOf(from) === 'modules' && layerOf(to) === 'modules';
      const isAllowed = isModuleToModule
        ? isBelow(from, to)
        : (MAY_IMPORT[layerOf(from)]?.includes(layerOf(to)) ?? false);
      return !isAllowed || !isEntrance(from, to);
    })
    .map(([from, to]) => `${from} -> ${to}`);
}

/** Files that import each other at run time, directly or not: one line for each circle. */
function circles(sources: Sources): string[] {
  const imports = Map.groupBy(importsOf(sources, 'values'), ([from]) => from);
  const done = new Set<string>();
  const found: string[] = [];
  function visit(path: string, way: readonly string[]): void {
    if (way.includes(path)) found.push([...way.slice(way.indexOf(path)), path].join(' -> '));
    if (done.has(path) || way.includes(path)) return;
    for (const [, to] of imports.get(path) ?? []) visit(to, [...way, path]);
    done.add(path);
  }
  for (const path of Object.keys(sources)) visit(path, []);
  return found;
}

function sqlFaults(sources: Sources, tables: string[]): string[] {
  const table = new RegExp(`\\b(${tables.join('|').replaceAll('.', '\\.')})\\b`, 'g');
  return Object.entries(sources).flatMap(([path, text]) => {
    const named = readSource(text).strings.flatMap((string) => string.replaceAll('"', '').match(table) ?? []);
    return [...new Set(named)]
      .filter((name) => name.split('.')[0] !== OWN_SCHEMA[partOf(path)])
      .map((name) => `${path} names ${name}`);
  });
}

/** Everything that a file imports, directly or not. */
function closureOf(start: string, sources: Sources): string[] {
  const imports = Map.groupBy(importsOf(sources), ([from]) => from);
  const reached = new Set([start]);
  // The catalogue loads a module's code only where the system is composed.
  for (const path of reached)
    for (const [, to] of imports.get(path) ?? [])
      if (path !== 'catalogue/modules.ts' || to.endsWith('/contract.ts')) reached.add(to);
  return [...reached];
}

const sources: Sources = Object.fromEntries(
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !/(\.test|-conformance)\.ts$/.test(path))
    .map((path) => [path, readFileSync(`${directory}/${path}`, 'utf8')]),
);

const migrations = fileURLToPath(new URL('../migrations', import.meta.url));
const tables = readdirSync(migrations)
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => readSource(readFileSync(`${migrations}/${file}`, 'utf8')).strings)
  .flatMap((statement) =>
    [...statement.matchAll(/create table (\w+\.\w+)/g)].map(([, name]) => name as string),
  );

describe('the source', () => {
  test('was found', () => {
    expect(Object.keys(sources)).toEqual(
      expect.arrayContaining(['app.ts', 'modules/shared/people/store.ts']),
    );
    expect(tables).toEqual(expect.arrayContaining(['people.projects', 'evaluations.runs', 'events.outbox']));
  });

  test('imports only what is below it, through its entrance', () => {
    expect(importFaults(sources)).toEqual([]);
  });

  test('has no files that need each other at run time', () => {
    expect(circles(sources)).toEqual([]);
  });

  test('has every module in the catalogue', () => {
    const folders = Object.keys(sources).flatMap(
      (path) => path.match(/^modules\/[\w-]+\/[\w-]+(?=\/)/) ?? [],
    );
    const modules = [...new Set(folders)].filter((folder) => !LIBRARIES.includes(folder));
    expect(modules.sort()).toEqual([...FOLDERS].sort());
  });

  test('has contracts that can be read without a driver, a server or a service', () => {
    const reached = closureOf('catalogue/index.ts', sources).filter((path) => !path.startsWith('catalogue/'));
    expect(
      reached.filter(
        (path) =>
          !/^contract\/|\/(contract|[a-z-]+-contract|person-schema|vocabulary|rows|schema|grade|failures|job-states|approval-states|durations|tiers|states|settings|model)\.ts$/.test(
            path,
          ),
      ),
    ).toEqual([]);
  });

  test('names in SQL only tables of the own schema', () => {
    const outside = Object.fromEntries(
      Object.entries(sources).filter(([path]) => !path.startsWith('platform/database/schema')),
    );
    expect(sqlFaults(outside, tables)).toEqual([]);
  });
});

describe('the rule catches', () => {
  test.each([
    [
      'a service of another module',
      'modules/manager/evaluations/x.ts',
      "import { a } from '../../shared/people/service.ts';",
    ],
    [
      'a store of another module, as a type',
      'modules/shared/webhooks/x.ts',
      "import type { A } from '../people/store.ts';",
    ],
    [
      'a file deep in another module',
      'modules/shared/webhooks/x.ts',
      "export * from '../people/connectors/index.ts';",
    ],
    [
      'a contract of another module',
      'modules/shared/webhooks/x.ts',
      "import { b } from '../people/contract.ts';",
    ],
    [
      'a module above, in the same floor',
      'modules/shared/people/x.ts',
      "import type { A } from '../webhooks/index.ts';",
    ],
    [
      'a module of a floor above',
      'modules/shared/people/x.ts',
      "import { a } from '../../ai/prompts/index.ts';",
    ],
    ['a module in the platform', 'platform/x.ts', "import '../modules/shared/people/index.ts';"],
    [
      'a module in the judgement',
      'judgement/x.ts',
      "const a = await import('../modules/shared/people/index.ts');",
    ],
    [
      'a contract in the platform',
      'platform/database/x.ts',
      "import { id } from '../../contract/schemas.ts';",
    ],
    ['HTTP in the judgement', 'judgement/x.ts', "import { Problem } from '../http/problem.ts';"],
    ['a module in HTTP', 'http/x.ts', "import { a } from '../modules/shared/identity/index.ts';"],
    ['anything of ours in the contract', 'contract/x.ts', "import { a } from '../platform/log.ts';"],
    [
      'a service in the catalogue',
      'catalogue/x.ts',
      "import { a } from '../modules/shared/identity/service.ts';",
    ],
    [
      'a store of the judgement in a module',
      'modules/shared/people/x.ts',
      "import { a } from '../../../judgement/store.ts';",
    ],
    [
      'the composition in a module',
      'modules/shared/people/x.ts',
      "import type { Context } from '../../../context.ts';",
    ],
    ['code from outside the source', 'platform/x.ts', "import { a } from '../../test/api.ts';"],
    [
      'a type import in the middle of a line',
      'platform/x.ts',
      "type A = import('../judgement/rule.ts').Rule;",
    ],
  ])('%s', (_, path, text) => {
    expect(importFaults({ [path]: text })).toHaveLength(1);
  });

  test.each([
    ['modules/manager/evaluations/x.ts', "import { a } from '../../shared/people/index.ts';"],
    ['modules/manager/evaluations/contract.ts', "import { GRADES } from '../../../judgement/grade.ts';"],
    ['modules/shared/people/connectors/x.ts', "import { a } from '../store.ts';"],
    ['catalogue/x.ts', "import { a } from '../modules/shared/people/contract.ts';"],
    ['app.ts', "import { a } from './modules/shared/people/index.ts'; import p from '../package.json';"],
    ['platform/x.ts', "import { z } from 'zod';"],
  ])('no import that is right: %s', (path, text) => {
    expect(importFaults({ [path]: text })).toEqual([]);
  });

  test('files that need each other at run time, and no circle of types', () => {
    const a = "import { b } from './b.ts'; import type { C } from './c.ts';";
    const b = "import { c } from './c.ts';";
    const c = "import { type A, a } from './a.ts';";
    expect(circles({ 'x/a.ts': a, 'x/b.ts': b, 'x/c.ts': c })).toEqual([
      'x/a.ts -> x/b.ts -> x/c.ts -> x/a.ts',
    ]);
    expect(circles({ 'x/a.ts': a, 'x/b.ts': b, 'x/c.ts': "import { type A } from './a.ts';" })).toEqual([]);
  });

  test.each([
    ['modules/shared/people/x.ts', 'const rows = sql`select * from evaluations.runs`;'],
    ['modules/shared/people/x.ts', "transaction.selectFrom('judgement.rules as rule')"],
    ['modules/manager/evaluations/x.ts', `sql\`select \${a} from x join "people"."projects" on true\``],
    ['modules/shared/ops/x.ts', "sql.table('identity.tenants')"],
    ['http/x.ts', "'events.outbox'"],
  ])('a table of another schema: %s', (path, text) => {
    expect(sqlFaults({ [path]: text }, tables)).toHaveLength(1);
  });

  test('no table of the own schema, and none in a comment', () => {
    const text = "/* evaluations.runs */ selectFrom('people.projects'); // 'judgement.rules'";
    expect(sqlFaults({ 'modules/shared/people/x.ts': text }, tables)).toEqual([]);
  });
});

describe('reading imports', () => {
  test.each([
    ["import a from './a.ts'", ['./a.ts']],
    ['import \'./a.ts\';import"./b.ts"', ['./a.ts', './b.ts']],
    ["import type { A } from './a.ts'; import { type B, b } from './b.ts';", ['./a.ts', './b.ts']],
    ["import {\n  a,\n  // from './no.ts'\n} from\n  './a.ts';", ['./a.ts']],
    ["import /* from './no.ts' */ a from /* './no.ts' */ './a.ts'", ['./a.ts']],
    ["import a, * as b from './a.ts' with { type: 'json' };", ['./a.ts']],
    ["export * from './a.ts'; export { default as from } from './b.ts'", ['./a.ts', './b.ts']],
    ["const a = await import('./a.ts'), b = import(`./b.ts`)", ['./a.ts', './b.ts']],
    ["let a: import('./a.ts').A", ['./a.ts']],
    ["// import a from './a.ts'\n/* import './b.ts' */ /** {@link import('./c.ts')} */", []],
    ["const text = \"import a from './a.ts'\"; const more = 'it\\'s from \"x\"';", []],
    [`const text = \`import a from './a.ts' \${\`nested \${{ a: '}' }} from './b.ts'\`}\`;`, []],
    [`const a = \`\${await import('./a.ts')} } \\\` \${b}\`; import './b.ts'`, ['./a.ts', './b.ts']],
    ["Array.from('abc'); Buffer.from(\"x\"); const from = 'x'; ({ from: 'y' });", []],
    ["const quote = /['\"`]/.test(a) || /[/'\"]/g; import './a.ts'", ['./a.ts']],
    ["const half = total / 2 / count; const s = 'a' / 1; import './a.ts'", ['./a.ts']],
    ["const url = new URL('./x.ts', import.meta.url); import.meta.resolve('./y.ts')", []],
    ["const a = b ? /`/ : c / d; import './a.ts' // '", ['./a.ts']],
  ])('finds those, and only those, of %s', (text, imports) => {
    expect(readSource(text).imports).toEqual(imports);
  });
});
