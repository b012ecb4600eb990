import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { costTable, variablesSource } from '../src/cost/report.ts';
import { facts } from './facts.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const guide = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
const manifest = (folder: string) =>
  JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

describe('the operations guide', () => {
  test('names npm scripts that exist', () => {
    const commands = [...guide.matchAll(/npm run ([\w:]+)(?: -w ([\w-]+))?/g)];
    expect(commands.length).toBeGreaterThan(5);
    for (const [command, script = '', workspace = '.'] of commands)
      expect(manifest(workspace).scripts, command).toHaveProperty([script]);
  });

  test('names operations of the API that exist', () => {
    const paths = [...guide.matchAll(/`(?:GET|POST) (\/[\w/{}]+)/g)].map(([, path]) => path as string);
    expect(paths.length).toBeGreaterThan(3);
    for (const path of paths) expect([...facts().apiPaths], path).toContain(path);
  });

  test('names files and variables of the configuration that exist', () => {
    for (const [, path = ''] of guide.matchAll(/`(infra\/[\w/.-]+|examples\/\w+)`/g))
      expect(
        existsSync(join(ROOT, path.startsWith('examples') ? `infra/terraform/${path}` : path)),
        path,
      ).toBe(true);
    const variables = variablesSource();
    for (const [, name = '', member = ''] of guide.matchAll(
      /`(scale|waf|backups|database|cache|clickhouse)\.(\w+)/g,
    )) {
      const block = variables.split(`variable "${name}" {`)[1]?.split('\nvariable ')[0] ?? '';
      expect(block, `${name}.${member}`).toMatch(new RegExp(`\\b${member}\\b`));
    }
  });

  test('has the cost that the sizes give', async () => {
    expect(guide).toContain(await costTable());
  });
});
