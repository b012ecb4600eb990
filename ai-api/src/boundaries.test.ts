import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readSource } from '../test/source-text.ts';

/** Source files by their path below `src`, without tests. */
type Sources = Record<string, string>;

/**
 * What each layer may import, beside itself. Modules, `judgement` and the composition are entered only where
 * {@link isEntrance} says.
 */
const MAY_IMPORT: Record<string, string[]> = {
  platform: [],
  contract: ['modules'],
  models: ['platform'],
  http: ['contract', 'platform'],
  judgement: ['models', 'platform'],
  modules: ['judgement', 'models', 'http', 'contract', 'platform'],
  root: ['modules', 'judgement', 'models', 'http', 'contract', 'platform'],
};

/** Imports against the rule that are known. One that is gone has to be taken off this list. */
const KNOWN: Record<string, string> = {
  'contract/generate.ts -> ../../tooljet-plugins/generate/index.ts':
    'the generator, which no running server loads, writes the files of the plugins',
  'contract/generate.ts -> ../../infra/src/compose/variables.ts':
    'the generator, which no running server loads, writes .env.example',
  'judgement/schema.ts -> contract/schemas.ts':
    'the vocabulary of ids and times, which imports nothing of ours',
  'server.ts -> modules/audit/index.ts': 'it starts and stops the daily maintenance',
  'http/guards.ts -> config.ts': 'a type: the settings it is made from',
  'http/load-shedding.ts -> config.ts': 'a type: the settings it is made from',
  'contract/generate.ts -> settings-page.ts': 'a program that writes every generated file',
};

/** Who composes the system: nobody else knows more than one module's face. */
const COMPOSERS = ['app.ts', 'connections.ts', 'context.ts'];

const isComposer = (path: string) => path.startsWith('composition/') || COMPOSERS.includes(path);

/** The database schema that a part's SQL may name; parts that are not here have no SQL. */
const OWN_SCHEMA: Record<string, string> = {
  'modules/people': 'people',
  'modules/approvals': 'approvals',
  'modules/knowledge': 'knowledge',
  'modules/performance': 'performance',
  'modules/stage-gates': 'gates',
  'modules/evaluations': 'evaluations',
  'modules/webhooks': 'events',
  'modules/identity': 'identity',
  'modules/tenancy': 'identity',
  'modules/audit': 'audit',
  'modules/decisions': 'decisions',
  'modules/realtime': 'events',
  'modules/quality': 'quality',
  'modules/agents': 'agents',
  'modules/prompts': 'prompts',
  http: 'platform_http',
  judgement: 'judgement',
  models: 'models',
};

function layerOf(path: string): string {
  const folder = path.includes('/') ? (path.split('/')[0] as string) : 'root';
  return folder === 'composition' ? 'root' : folder;
}

/** `modules/people` of a file in it; for other files their layer. */
function partOf(path: string): string {
  return layerOf(path) === 'modules' ? path.split('/').slice(0, 2).join('/') : layerOf(path);
}

/** Whether a file may be imported from outside its part. */
function isEntrance(from: string, to: string): boolean {
  if (layerOf(to) === 'modules') {
    return (
      to.endsWith(layerOf(from) === 'contract' ? '/contract.ts' : '/index.ts') && to.split('/').length === 3
    );
  }
  if (layerOf(to) === 'judgement') {
    return (
      to === 'judgement/index.ts' ||
      (/\/(contract|schema)\.ts$/.test(from) && /\/(schema|grade)\.ts$/.test(to))
    );
  }
  return true;
}

function importsOf(sources: Sources): [string, string][] {
  return Object.entries(sources).flatMap(([path, text]) =>
    readSource(text)
      .imports.filter((specifier) => specifier.startsWith('.'))
      .map((specifier): [string, string] => [path, posix.join(posix.dirname(path), specifier)]),
  );
}

function importFaults(sources: Sources): string[] {
  return importsOf(sources)
    .filter(([from, to]) => {
      if (to === '../package.json' || partOf(from) === partOf(to)) return false;
      const isBelow = MAY_IMPORT[layerOf(from)]?.includes(layerOf(to)) ?? false;
      const isModuleToModule = layerOf(from) === 'modules' && layerOf(to) === 'modules';
      const isComposing = layerOf(from) === 'root' && layerOf(to) === 'modules' && !isComposer(from);
      return !(isBelow || isModuleToModule) || isComposing || !isEntrance(from, to);
    })
    .map(([from, to]) => `${from} -> ${to}`);
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
  for (const path of reached) for (const [, to] of imports.get(path) ?? []) reached.add(to);
  return [...reached];
}

const directory = fileURLToPath(new URL('.', import.meta.url));
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
    expect(Object.keys(sources)).toEqual(expect.arrayContaining(['app.ts', 'modules/people/store.ts']));
    expect(tables).toEqual(expect.arrayContaining(['people.projects', 'evaluations.runs', 'events.outbox']));
  });

  test('imports nothing that a layer or a module keeps to itself', () => {
    expect(importFaults(sources).filter((fault) => !(fault in KNOWN))).toEqual([]);
  });

  test('still has every exception that is known', () => {
    expect(Object.keys(KNOWN).filter((fault) => !importFaults(sources).includes(fault))).toEqual([]);
  });

  test('has contracts that can be read without a driver, a server or a service', () => {
    const reached = closureOf('contract/index.ts', sources).filter((path) => path !== 'contract/index.ts');
    expect(
      reached.filter(
        (path) =>
          !/^contract\/|\/(contract|jobs-contract|auth-contract|keys-contract|users-contract|person-schema|rows|schema|grade|failures|job-states|tiers|states|settings)\.ts$/.test(
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
    ['a service of another module', 'modules/evaluations/x.ts', "import { a } from '../people/service.ts';"],
    [
      'a store of another module, as a type',
      'modules/people/x.ts',
      "import type { A } from '../webhooks/store.ts';",
    ],
    ['a file deep in another module', 'modules/ops/x.ts', "export * from '../people/connectors/index.ts';"],
    ['a contract of another module', 'modules/ops/x.ts', "import { b } from '../people/contract.ts';"],
    ['a module in the platform', 'platform/x.ts', "import '../modules/people/index.ts';"],
    ['a module in the judgement', 'judgement/x.ts', "const a = await import('../modules/people/index.ts');"],
    [
      'a contract in the platform',
      'platform/database/x.ts',
      "import { id } from '../../contract/schemas.ts';",
    ],
    ['HTTP in the judgement', 'judgement/x.ts', "import { Problem } from '../http/problem.ts';"],
    ['a module in HTTP', 'http/x.ts', "import { a } from '../modules/identity/index.ts';"],
    ['a service in the contracts', 'contract/x.ts', "import { a } from '../modules/identity/service.ts';"],
    [
      'a store of the judgement in a module',
      'modules/people/x.ts',
      "import { a } from '../../judgement/store.ts';",
    ],
    ['a module in the start', 'server.ts', "import { a } from './modules/shared/people/index.ts';"],
    [
      'the composition in a module',
      'modules/people/x.ts',
      "import type { Context } from '../../context.ts';",
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
    ['modules/evaluations/x.ts', "import { a } from '../people/index.ts';"],
    ['modules/evaluations/contract.ts', "import { GRADES } from '../../judgement/grade.ts';"],
    ['modules/people/connectors/x.ts', "import { a } from '../store.ts';"],
    ['contract/x.ts', "import { a } from '../modules/people/contract.ts';"],
    ['app.ts', "import { a } from './modules/shared/people/index.ts'; import p from '../package.json';"],
    ['platform/x.ts', "import { z } from 'zod';"],
  ])('no import that is right: %s', (path, text) => {
    expect(importFaults({ [path]: text })).toEqual([]);
  });

  test.each([
    ['modules/people/x.ts', 'const rows = sql`select * from evaluations.runs`;'],
    ['modules/people/x.ts', "transaction.selectFrom('judgement.rules as rule')"],
    ['modules/evaluations/x.ts', `sql\`select \${a} from x join "people"."projects" on true\``],
    ['modules/ops/x.ts', "sql.table('identity.tenants')"],
    ['http/x.ts', "'events.outbox'"],
  ])('a table of another schema: %s', (path, text) => {
    expect(sqlFaults({ [path]: text }, tables)).toHaveLength(1);
  });

  test('no table of the own schema, and none in a comment', () => {
    const text = "/* evaluations.runs */ selectFrom('people.projects'); // 'judgement.rules'";
    expect(sqlFaults({ 'modules/people/x.ts': text }, tables)).toEqual([]);
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
