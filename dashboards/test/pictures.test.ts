import { existsSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { apps } from '../src/apps/index.ts';
import { picturePath } from '../src/files.ts';

const tour = readFileSync(new URL('../../docs/dashboards.md', import.meta.url), 'utf8');
const pages = apps.flatMap(({ slug, pages }) => pages.map(({ handle }) => ({ slug, handle })));

test('every page of every app has a picture that the tour shows; npm run dashboards -- screenshots takes them', () => {
  const missing = pages.filter(
    ({ slug, handle }) =>
      !existsSync(picturePath(slug, handle)) || !tour.includes(`(images/dashboards/${slug}/${handle}.png)`),
  );
  expect(missing).toEqual([]);
});

test('the tour shows no page that is gone', () => {
  const shown = [...tour.matchAll(/images\/dashboards\/([^)]+)\.png/g)].map(([, path]) => path);
  expect(shown).toEqual(pages.map(({ slug, handle }) => `${slug}/${handle}`));
});

test('the pictures take less than 4 MB together', () => {
  const bytes = pages.reduce((sum, { slug, handle }) => sum + statSync(picturePath(slug, handle)).size, 0);
  expect(bytes).toBeLessThan(4_000_000);
});
