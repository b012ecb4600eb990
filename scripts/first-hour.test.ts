import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './start/options.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const readme = read('README.md');
const pages = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter((path) =>
  path.endsWith('.md'),
);

test('the README says what it is and for whom, then shows the first page, before it says how to run it', () => {
  const at = [
    'reviews every builder',
    'for companies of',
    'images/dashboards/ai-manager-executive/overview.png',
    '## Run it',
  ];
  const places = at.map((text) => readme.indexOf(text));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

test('the README has a way to read on for each role', () => {
  for (const role of ['Developer', 'Executive', 'Operator', 'Reviewer']) {
    const section = readme.split(`### ${role}\n`)[1]?.split('\n#')[0] ?? '';
    expect(section).toMatch(/\]\(docs\//);
  }
});

test.each(pages)('%s calls nothing planned, and leads to files that exist', (path) => {
  const text = read(path);
  expect(text).not.toMatch(/not there yet|coming soon|\bTODO\b/i);
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, link]) => link as string);
  const files = links.filter((link) => !/^[a-z]+:|^\//.test(link));
  expect(files.filter((file) => !existsSync(join(ROOT, dirname(path), file)))).toEqual([]);
});

test('the guide says first that no image was built, and after the start how people and figures come in', () => {
  const guide = read('docs/operations.md');
  expect(guide.indexOf('No image has been built')).toBeGreaterThan(0);
  expect(guide.indexOf('No image has been built')).toBeLessThan(guide.indexOf('docker compose up'));
  const after = guide.slice(guide.indexOf('## After the first start'));
  for (const step of ['POST /people/import', 'invit', 'evaluat']) expect(after).toContain(step);
  expect(guide).toMatch(/webhook addresses that only containers can reach/);
});
