import { expect, test } from 'vitest';
import { pdfOf, swellingPdf } from '../../../../../test/files.ts';
import { extract } from './index.ts';

test('a small file that unpacks to more than it may ends with a reason, and does no harm', async () => {
  const body = await swellingPdf(120);
  expect(body.length).toBeLessThan(1024 * 1024);
  await expect(
    extract({ body, contentType: 'application/pdf' }, undefined, 32 * 1024 * 1024),
  ).rejects.toThrow('It is too large when unpacked.');
});

test('reading ends when its caller no longer waits', async () => {
  const body = await swellingPdf(60);
  const gone = new AbortController();
  const reading = extract({ body, contentType: 'application/pdf' }, gone.signal);
  gone.abort(new Error('gone'));
  await expect(reading).rejects.toThrow('gone');
});

test.each([
  ['about:blank', 'Travel policy'],
  ['Microsoft Word - Document1', 'Travel policy'],
  ['travel-final-2.docx', 'Travel policy'],
  ['Rules for journeys', 'Rules for journeys'],
])('a PDF whose program calls it %s is called %s', async (Title, title) => {
  const body = await pdfOf(['Travel policy\n\nJourneys above 500 euros are agreed on first.'], {
    info: { Title },
  });
  expect((await extract({ body, contentType: 'application/pdf' })).title).toBe(title);
});
