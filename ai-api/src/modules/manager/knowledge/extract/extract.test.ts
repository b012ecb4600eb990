import { expect, test } from 'vitest';
import { swellingPdf } from '../../../../../test/files.ts';
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
