import { expect, test } from 'vitest';
import { swellingPdf } from '../../../../../test/files.ts';
import { extract } from './index.ts';

test('a small file that unpacks to more than it may ends with a reason, and harms nobody', async () => {
  const body = await swellingPdf(120);
  expect(body.length).toBeLessThan(1024 * 1024);
  await expect(
    extract({ body, contentType: 'application/pdf' }, undefined, 32 * 1024 * 1024),
  ).rejects.toThrow('It is too large when unpacked.');
});

test('reading ends when nobody waits for it any more', async () => {
  const body = await swellingPdf(60);
  const gone = new AbortController();
  const reading = extract({ body, contentType: 'application/pdf' }, gone.signal);
  gone.abort(new Error('gone'));
  await expect(reading).rejects.toThrow('gone');
});
