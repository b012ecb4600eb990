import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { strToU8, zipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { docxOf, pdfOf } from '../../../../../test/files.ts';
import { openScanner } from '../../../../platform/scanner/index.ts';
import { CATEGORIES, DOCX, PDF, ZIP } from '../vocabulary.ts';
import { inspect } from './index.ts';
import { countArchive } from './zip.ts';

const directory = mkdtempSync(join(tmpdir(), 'inspect-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const ANY = [...new Set(Object.values(CATEGORIES).flatMap(({ types }) => types))];
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const MB = 1024 * 1024;
const zeros = new Uint8Array(4 * MB);
const zipOf = (files: Record<string, Uint8Array>) => Buffer.from(zipSync(files, { level: 6 }));

const look = (bytes: Uint8Array, contentType: string) =>
  inspect(
    { scanner: openScanner(undefined), directory },
    Readable.from([Buffer.from(bytes)]),
    { contentType, types: ANY, requireScan: false },
    AbortSignal.timeout(20_000),
  );

describe('the content of a file', () => {
  test.each([
    ['a PDF', PDF, () => pdfOf(['Hello'])],
    ['a Word document', DOCX, async () => docxOf(['Hello'])],
    ['an image', 'image/png', async () => PNG],
    ['text', 'text/plain', async () => Buffer.from('Grüße')],
    ['CSV', 'text/csv', async () => Buffer.from('a,b\n1,2\n')],
    ['HTML', 'text/html', async () => Buffer.from('<!doctype html><p>Hello')],
    ['JSON', 'application/json', async () => Buffer.from('{"a":1}')],
    ['a ZIP archive', ZIP, async () => zipOf({ 'a.txt': strToU8('Hello') })],
  ])('that is %s is accepted as such', async (_name, type, make) => {
    expect(await look(await make(), type)).toMatchObject({ state: 'ready', scan: 'not scanned' });
  });

  test.each([
    ['a PDF called an image', 'image/png', () => pdfOf(['Hello']), /its content is a PDF/],
    ['a program called a text', 'text/plain', async () => Buffer.from('MZ\0\0\0\0'), /content is|not text/],
    ['text called a PDF', PDF, async () => Buffer.from('Hello'), /of no known type/],
    ['another archive called a Word document', DOCX, async () => zipOf({ a: strToU8('1') }), /another ZIP/],
    ['text in another encoding', 'text/plain', async () => Buffer.from([0x47, 0xfc, 0x0a]), /not UTF-8/],
    ['what only looks like JSON', 'application/json', async () => Buffer.from('{"a":'), /not valid JSON/],
    [
      'text that is in another encoding further on',
      'text/plain',
      async () => Buffer.concat([Buffer.from('a'.repeat(100_000)), Buffer.from([0xfc, 0x0a])]),
      /not UTF-8/,
    ],
    ['nothing', 'text/plain', async () => Buffer.alloc(0), /empty/],
    [
      'a text that is a ZIP archive too',
      'text/plain',
      async () => Buffer.concat([Buffer.from('a'.repeat(100_000)), zipOf({ 'a.js': strToU8('alert(1)') })]),
      /a ZIP archive at once/,
    ],
    [
      'a PDF that is a ZIP archive too',
      PDF,
      async () => Buffer.concat([await pdfOf(['Hello']), zipOf({ 'a.js': strToU8('alert(1)') })]),
      /a ZIP archive at once/,
    ],
    [
      'an image that is a ZIP archive too',
      'image/png',
      async () => Buffer.concat([PNG, zipOf({ 'a.jar': strToU8('code') })]),
      /a ZIP archive at once/,
    ],
    [
      'an image that is a PDF too',
      'image/png',
      async () => Buffer.concat([PNG, await pdfOf(['Hello'])]),
      /a PDF at once/,
    ],
  ])('that is %s is refused', async (_name, type, make, reason) => {
    const findings = await look(await make(), type);
    expect(findings.state).toBe('rejected');
    expect(findings.reason).toMatch(reason);
  });

  test('that its module reads may be in another encoding than UTF-8', async () => {
    const page = Buffer.from('<meta charset="windows-1252"><p>J\u00f6rg', 'latin1');
    const findings = (anyEncoding: boolean) =>
      inspect(
        { scanner: openScanner(undefined), directory },
        Readable.from([page]),
        { contentType: 'text/html', types: ANY, anyEncoding, requireScan: false },
        AbortSignal.timeout(5000),
      );
    expect([(await findings(false)).state, (await findings(true)).state]).toEqual(['rejected', 'ready']);
  });

  test('is not ready where the company requires a scan and there is no scanner', async () => {
    const expected = { contentType: 'text/plain', types: ANY, requireScan: true };
    const setup = { scanner: openScanner(undefined), directory };
    const findings = await inspect(
      setup,
      Readable.from([Buffer.from('a')]),
      expected,
      AbortSignal.timeout(5000),
    );
    expect(findings).toMatchObject({
      state: 'scan_failed',
      reason: expect.stringContaining('requires a scan'),
    });
  });
});

describe('an archive', () => {
  test.each([
    ['unpacks to a thousand times its size', () => zipOf({ a: zeros }), /100 times its size/],
    [
      'does so in an archive inside of it',
      () => zipOf({ 'b.zip': zipOf({ a: zeros }) }),
      /100 times its size/,
    ],
    [
      'does so with its entries together',
      () =>
        zipOf(Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`${at}`, zeros.subarray(0, MB)]))),
      /100 times its size/,
    ],
    [
      'has archives in archives',
      () => [1, 2, 3, 4].reduce((inner) => zipOf({ 'inner.zip': inner }), zipOf({ a: strToU8('1') })),
      /more than 4 deep/,
    ],
    [
      'holds what cannot be looked into',
      () => zipOf({ 'a.gz': new Uint8Array([0x1f, 0x8b, 8, 0]) }),
      /a gzip file/,
    ],
    ['is cut off', () => zipOf({ a: strToU8('Hello') }).subarray(0, 40), /ZIP archive that can be read/],
    ['is encrypted', () => encrypted(zipOf({ a: strToU8('Hello') })), /encrypted/],
    [
      'states a smaller size than it has',
      () => understated(zipOf({ a: zeros })),
      /can be read|times its size/,
    ],
  ])('that %s is refused', async (_name, make, reason) => {
    const findings = await look(make(), ZIP);
    expect(findings.state).toBe('rejected');
    expect(findings.reason).toMatch(reason);
  });

  test('with more entries than the limit is refused at the first one beyond it', async () => {
    const path = join(directory, 'many.zip');
    const bytes = zipOf(Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`${at}`, strToU8('1')])));
    writeFileSync(path, bytes);
    const limits = { entries: 49, bytes: MB, ratio: 100, depth: 1 };
    const options = { isPlain: true, signal: AbortSignal.timeout(5000) };
    await expect(countArchive(path, bytes.length, { ...options, limits })).rejects.toThrow('more than 49');
    expect(await countArchive(path, bytes.length, options)).toHaveLength(50);
  });
});

/** With the flag of encryption in its directory. */
function encrypted(zip: Buffer): Buffer {
  const directoryAt = zip.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
  zip.writeUInt16LE(zip.readUInt16LE(directoryAt + 8) | 1, directoryAt + 8);
  return zip;
}

/** Whose directory says that its entry unpacks to ten bytes. */
function understated(zip: Buffer): Buffer {
  const directoryAt = zip.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
  zip.writeUInt32LE(10, directoryAt + 24);
  return zip;
}
