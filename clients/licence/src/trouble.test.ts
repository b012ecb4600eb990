import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../ai-api/test/api.ts';
import { createTestDatabase, type TestDatabase } from '../../../ai-api/test/databases.ts';
import { issueLicence } from '../../../ai-api/test/licences/company.ts';
import { testKeyFile } from '../../../ai-api/test/licences/key.ts';
import { Licence, type LicenceOptions } from './index.ts';

/** What a network does to an answer of the licence server before the client gets it. */
type Meddle = (answer: { status: number; body: string }, path: string) => typeof answer | 'lost';

/** A network between the client and the API, which hands on every request and may change or lose the answer. */
async function startNetwork(target: string) {
  let meddle: Meddle = (answer) => answer;
  async function handOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request;
    const body = await text(request);
    const answered = await fetch(target + url, {
      method,
      headers: headers as Record<string, string>,
      ...(body === '' ? {} : { body }),
    });
    const answer = meddle({ status: answered.status, body: await answered.text() }, url);
    if (answer === 'lost') response.destroy();
    else response.writeHead(answer.status).end(answer.body);
  }
  const server: Server = createServer((request, response) => void handOn(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    meddle: (given: Meddle) => {
      meddle = given;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

describe('the licence client in trouble', () => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let network: Awaited<ReturnType<typeof startNetwork>>;
  let directory: string;
  const licences: Licence[] = [];

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    api = await startApi(testDatabase, { LICENCE_KEY_FILE: testKeyFile() });
    network = await startNetwork(api.url);
    directory = mkdtempSync(join(tmpdir(), 'licence-client-'));
  });
  beforeEach(() => network.meddle((answer) => answer));
  afterEach(async () => {
    network.meddle((answer) => answer);
    for (const licence of licences.splice(0)) await licence.release();
  });
  afterAll(async () => {
    await network.close();
    await api.stop();
    await testDatabase.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  async function prepare(policy: Record<string, unknown> = {}, maxSeats = 1) {
    const { licenseKey, productCode: product } = await issueLicence(api.client, { maxSeats, policy });
    const make = (more: Partial<LicenceOptions> = {}) => {
      const fixed = { baseUrl: network.url, licenseKey, product, device: 'fingerprint-of-a-desk' };
      const licence = new Licence({ ...fixed, releaseOnExit: false, ...more });
      licences.push(licence);
      return licence;
    };
    const used = async () => (await api.client.seat.status({ licenseKey })).seats.used;
    return { make, used };
  }

  test('goes on with its token where the sign-in page of a network answers in place of the server', async () => {
    const { make } = await prepare();
    const licence = make();
    await licence.acquire();
    for (const status of [200, 302, 403, 404]) {
      network.meddle(() => ({ status, body: '<html>Welcome to our hotel</html>' }));
      await licence.beat();
      expect([status, licence.state]).toEqual([status, 'offline']);
    }
    network.meddle((answer) => answer);
    await licence.beat();
    expect(licence.state).toBe('held');
  });

  test('takes one seat although the answer to its request was lost, where each session has a seat', async () => {
    const { make, used } = await prepare({ leaseBy: 'session' }, 5);
    let lost = 0;
    network.meddle((answer, path) => (path.endsWith('/acquire') && lost++ < 2 ? 'lost' : answer));
    const licence = make();
    await licence.acquire();
    expect(licence.state).toBe('held');
    expect(lost).toBe(3);
    expect(await used()).toBe(1);
    await make().acquire();
    expect(await used()).toBe(2);
  });

  test('gives a seat back whose token is by a key that is not built in', async () => {
    const { make, used } = await prepare();
    await expect(make({ keys: { keys: [] } }).acquire()).rejects.toMatchObject({
      name: 'LicenceError',
      code: 'TOKEN_REFUSED',
    });
    expect(await used()).toBe(0);
  });

  test('keeps its token, and says why it tries again, when a heartbeat brings one that is not to be trusted', async () => {
    const { make } = await prepare();
    const licence = make();
    await licence.acquire();
    const before = licence.token;
    const retried: string[] = [];
    licence.on('retry', ({ code }) => retried.push(code));
    network.meddle(({ status, body }, path) => {
      const answer = JSON.parse(body) as { token?: string | null };
      const isBeat = path.endsWith('/heartbeat');
      return {
        status,
        body: JSON.stringify(isBeat ? { ...answer, token: 'eyJhbGciOiJub25lIn0.e30.' } : answer),
      };
    });
    await licence.beat();
    expect(retried).toEqual(['TOKEN_REFUSED']);
    expect(licence).toMatchObject({ state: 'offline', token: before });
    network.meddle((answer) => answer);
    await licence.beat();
    expect(licence.state).toBe('held');
  });

  test('believes no time of a server that comes without a token to be trusted, or is after the end of its token', async () => {
    const { make } = await prepare();
    const cacheFile = join(directory, 'time', 'licence');
    const licence = make({ cacheFile });
    await licence.acquire();
    const before = licence.token;
    const serverTime = '2199-01-01T00:00:00Z';
    for (const token of ['eyJhbGciOiJub25lIn0.e30.', null]) {
      network.meddle(({ status, body }, path) => {
        const isBeat = path.endsWith('/heartbeat');
        const changed = isBeat ? { token, serverTime } : {};
        return { status, body: JSON.stringify({ ...JSON.parse(body), ...changed }) };
      });
      await licence.beat();
      expect([token, licence.token]).toEqual([token, before]);
      network.meddle(() => 'lost');
      await licence.beat();
      expect([token, licence.state]).toEqual([token, 'offline']);
      expect(readFileSync(cacheFile, 'utf8')).not.toContain(String(Date.parse(serverTime)));
    }
  });

  test('holds its seat although its cache cannot be written, and says so', async () => {
    const { make } = await prepare();
    const file = join(directory, 'a-file');
    writeFileSync(file, '');
    const licence = make({ cacheFile: join(file, 'licence') });
    const errors: string[] = [];
    licence.on('cache', (error) => errors.push((error as NodeJS.ErrnoException).code ?? ''));
    await licence.acquire();
    expect(licence.state).toBe('held');
    expect(errors).toContain('ENOTDIR');
  });
});
