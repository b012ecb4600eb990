import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { freePort } from '../../../../test/ports.ts';
import {
  CLEAN,
  INFECTED,
  type ScannerRecorder,
  startScannerRecorder,
  TOO_LARGE,
} from '../../../../test/scanner-recorder.ts';
import { staff } from '../../../../test/staff.ts';
import { figures, MB, tusClient, uploadMetadata } from '../../../../test/tus.ts';
import type { Client } from '../../../catalogue/client.ts';

const POLL = { timeout: 30_000, interval: 50 };
const PERSON = 'exec@people.example';

describe.each(businessDatabases())('downloads and uploads on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let scanner: ScannerRecorder;
  let api: TestApi;
  let person: Client;

  beforeAll(async () => {
    testDatabase = await create();
    scanner = await startScannerRecorder(await freePort());
    const port = String(await freePort());
    api = await startApi(testDatabase, { PORT: port, CLAMD_ADDRESS: scanner.address, FILE_MAX_MB: '40' });
    person = await staff(api, PERSON, ['executive']);
  });
  afterAll(async () => {
    await api?.stop();
    await scanner?.close();
    await testDatabase?.remove();
  });

  const { headers, post, begin, patch } = tusClient(() => api.url, PERSON);
  const offsetOf = async (url: string) =>
    Number((await fetch(url, { method: 'HEAD', headers })).headers.get('upload-offset'));
  const newest = async () => (await person.file.list({ limit: 1 })).items[0];
  const become = (state: string) => expect.poll(async () => (await newest())?.state, POLL).toBe(state);

  /** Sends part of a request's body and breaks the connection. */
  function sendPart(url: string, body: Buffer, part: number): Promise<void> {
    return new Promise((resolve) => {
      const sent = request(url, {
        method: 'PATCH',
        headers: {
          ...headers,
          'upload-offset': '0',
          'content-type': 'application/offset+octet-stream',
          'content-length': body.length,
        },
      });
      sent.on('error', () => resolve());
      sent.write(body.subarray(0, part), () => setTimeout(() => sent.destroy(), 200));
    });
  }

  test('an upload that is cut at 60 % goes on from there, and nothing of it is doubled', async () => {
    const body = figures(14 * MB);
    const url = await begin(body.length);
    await sendPart(url, body, Math.floor(0.6 * body.length));
    const cut = Math.floor(0.6 * body.length);
    await expect.poll(() => offsetOf(url), POLL).toBeGreaterThan(0.5 * body.length);
    const offset = await offsetOf(url);
    expect(offset).toBeLessThanOrEqual(cut);
    expect(await newest()).toMatchObject({ state: 'receiving' });
    expect((await patch(url, 0, body.subarray(0, MB))).status).toBe(409);
    expect((await patch(url, offset, body.subarray(offset))).status).toBe(204);
    await become('ready');
    const file = await newest();
    const { file: linked, sha256 } = await person.file.link({ fileId: file?.fileId ?? '' });
    const received = Buffer.from(await (await fetch(linked.url)).arrayBuffer());
    expect(received.equals(body)).toBe(true);
    expect(sha256).toBe(createHash('sha256').update(body).digest('hex'));
    const { keys } = await api.context.objects.list('incoming/');
    expect(keys).toEqual([]);
  });

  test('a client of the protocol uploads in pieces', async () => {
    const body = figures(3 * MB);
    await new Promise<void>((resolve, reject) => {
      const upload = new Upload(body, {
        endpoint: `${api.url}/uploads`,
        chunkSize: MB,
        headers: { authorization: headers.authorization, 'ai-manager-acting-for': PERSON },
        metadata: { filename: 'pieces.csv', filetype: 'text/csv', category: 'data' },
        onSuccess: () => resolve(),
        onError: reject,
      });
      upload.start();
    });
    await become('ready');
    expect(await newest()).toMatchObject({ name: 'pieces.csv', bytes: body.length });
  });

  test('two requests that write the same piece at once leave one', async () => {
    const body = figures(MB);
    const url = await begin(body.length);
    const statuses = (await Promise.all([patch(url, 0, body), patch(url, 0, body)])).map(
      ({ status }) => status,
    );
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    await become('ready');
    expect((await newest())?.bytes).toBe(body.length);
  });

  test.each([
    ['larger than this installation takes', 413, { length: 41 * MB }],
    ['of a type that its category does not take', 422, { given: { filetype: 'text/html' } }],
    ['without a credential', 401, { without: 'authorization' as const }],
    ['empty', 422, { length: 0 }],
    ['for a file that is not there', 404, { given: { fileId: '01890a5d-ac96-774b-bcce-b302099a8057' } }],
  ])(
    'an upload that is %s is refused',
    async (_what, status, {
      length = 10,
      given = {},
      without = '',
    }: {
      length?: number;
      given?: Record<string, string>;
      without?: string;
    }) => {
      const sent = Object.entries({
        ...headers,
        'upload-length': String(length),
        'upload-metadata': uploadMetadata(given),
      }).filter(([name]) => name !== without);
      const response = await fetch(`${api.url}/uploads`, { method: 'POST', headers: sent });
      expect(response.status).toBe(status);
    },
  );

  test('an upload without a field of its metadata says that it is required', async () => {
    const without = uploadMetadata().replace(/,category [^,]*/, '');
    const response = await fetch(`${api.url}/uploads`, {
      method: 'POST',
      headers: { ...headers, 'upload-length': '10', 'upload-metadata': without },
    });
    expect([response.status, await response.text()]).toEqual([
      422,
      expect.stringContaining('category: is required'),
    ]);
  });

  test('an upload is known to its own person only', async () => {
    const url = await begin(MB);
    await staff(api, 'other@people.example', ['executive']);
    const other = { ...headers, 'ai-manager-acting-for': 'other@people.example' };
    expect((await fetch(url, { method: 'HEAD', headers: other })).status).toBe(404);
    expect((await fetch(url, { method: 'DELETE', headers: other })).status).toBe(404);
    expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(204);
    expect((await fetch(url, { method: 'HEAD', headers })).status).toBe(404);
  });

  test('an upload becomes the next version of a file, which keeps its name and category', async () => {
    const { fileId } = await upload('One');
    await become('ready');
    const body = figures(MB);
    const url = await begin(body.length, { filename: 'other.txt', filetype: 'text/plain', fileId });
    expect((await patch(url, 0, body)).status).toBe(204);
    await expect.poll(async () => (await person.file.get({ fileId })).readyVersion, POLL).toBe(2);
    const file = await person.file.get({ fileId });
    expect(file).toMatchObject({ name: 'x.txt', category: 'document', version: 2, bytes: body.length });
    expect(file.versions.map(({ version, bytes }) => [version, bytes])).toEqual([
      [2, body.length],
      [1, 3],
    ]);
    const ofAnotherCategory = await post(10, { filetype: 'application/x-ndjson', fileId });
    expect(ofAnotherCategory.status).toBe(422);
    expect(await ofAnotherCategory.text()).toMatch(/for the category document/);
  });

  test('a control character in what an upload says is refused', async () => {
    for (const given of [{ comment: 'a\0b' }, { filename: 'a\0b' }])
      expect((await post(10, given)).status).toBe(422);
    await expect(person.file.list({ search: 'a\0b' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('an internal error is answered without its message', async () => {
    const url = await begin(MB);
    const blocked = join(api.context.config.DATA_DIR, 'objects', 'incoming', await tenantOf());
    mkdirSync(dirname(blocked), { recursive: true });
    writeFileSync(blocked, '');
    const response = await patch(url, 0, figures(MB));
    rmSync(blocked);
    expect([response.status, await response.text()]).toEqual([
      500,
      'INTERNAL: Something went wrong on our side.\n',
    ]);
    expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(204);
  });

  test('a link counts downloads, and a question whether it works is none', async () => {
    const { fileId } = await upload('Counted');
    await become('ready');
    const { url } = await person.file.share({ fileId, kind: 'link' });
    expect((await fetch(url ?? '', { method: 'HEAD' })).status).toBe(200);
    const downloads = async () => (await person.file.get({ fileId })).permissions[0]?.downloads;
    expect(await downloads()).toBe(0);
    await (await fetch(url ?? '')).text();
    expect(await downloads()).toBe(1);
  });

  /** Every way in which bytes of a version might be read. */
  async function downloads(fileId: string, version: number, link: string): Promise<number[]> {
    const { rows } = await import('kysely').then(({ sql }) =>
      sql<{ id: string; object_key: string }>`
        select id, object_key from files.versions where file_id = ${fileId} and version = ${version}`.execute(
        api.context.database.system('the test looks for the object'),
      ),
    );
    const [row] = rows;
    const share = await person.file.share({ fileId, kind: 'link' });
    const attempts = [
      fetch(link),
      fetch(link, { method: 'HEAD' }),
      fetch(share.url ?? ''),
      fetch(`${api.url}/uploads/${row?.id}`, { headers }),
      fetch(`${api.url}/uploads/${row?.id}`, { headers: { authorization: headers.authorization } }),
      fetch(`${api.url}/objects/${row?.object_key}`, { headers }),
      fetch(`${api.url}/files/${fileId}/link`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ version }),
      }),
    ];
    return (await Promise.all(attempts)).map(({ status }) => status);
  }
  /** A link as it was signed while the version was ready. */
  const linkTo = (tenantId: string, fileId: string, version = 1) =>
    api.context.files.url(tenantId, fileId, version);
  const tenantOf = () => api.context.identity.ensureTenant(api.context.config.TENANT);
  const upload = (content: string, contentType = 'text/plain') =>
    person.file.upload({
      name: 'x.txt',
      category: 'document',
      contentType,
      base64: Buffer.from(content).toString('base64'),
    });

  test.each([
    ['receiving', async () => void (await begin(MB))],
    [
      'scanning',
      async () => {
        scanner.say(null);
        await upload('Waiting');
      },
    ],
    [
      'quarantined',
      async () => {
        scanner.say(INFECTED);
        await upload('Bad');
      },
    ],
    ['rejected', async () => void (await upload('MZ\0\0'))],
    [
      'scan_failed',
      async () => {
        scanner.say(TOO_LARGE);
        await upload('Large');
      },
    ],
  ])('a file that is %s is downloaded by no route', async (state, make) => {
    await make();
    await become(state);
    const fileId = (await newest())?.fileId ?? '';
    const statuses = await downloads(fileId, 1, linkTo(await tenantOf(), fileId));
    expect(statuses.every((status) => status >= 400)).toBe(true);
    scanner.say(CLEAN);
  });

  test('a link is bound to its company, version and time, and ends with the file being ready', async () => {
    await upload('One');
    await become('ready');
    const fileId = (await newest())?.fileId ?? '';
    const link = linkTo(await tenantOf(), fileId);
    expect((await fetch(link)).status).toBe(200);
    const forged = [
      link.replace('/1?', '/2?'),
      link.replace(/expires=\d+/, 'expires=99999999999'),
      link.replace(/company=[^&]+/, 'company=01890a5d-ac96-774b-bcce-b302099a8057'),
      link.replace(/signature=(.)/, (_match, digit) => `signature=${digit === '0' ? '1' : '0'}`),
      link.replace(/\?.*/, ''),
    ];
    for (const url of forged) expect((await fetch(url)).status).toBe(403);
    scanner.say(INFECTED);
    const operator = await staff(api, 'operator@people.example', ['ops']);
    await operator.file.rescan({ fileId, version: 1 });
    await become('quarantined');
    expect((await fetch(link)).status).toBe(409);
    scanner.say(CLEAN);
  });
});
