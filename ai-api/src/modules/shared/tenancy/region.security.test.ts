import { sign } from '@octokit/webhooks-methods';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { connect, readStream } from '../../../../test/followers.ts';
import { issueLicence } from '../../../../test/licences/company.ts';
import { testKeyFile } from '../../../../test/licences/key.ts';
import { type ModelRecorder, scoreEverything, startModelRecorder } from '../../../../test/model-recorder.ts';
import { allOperations } from '../../../../test/operations/step.ts';
import { builderRow, projectRow } from '../../../../test/people.ts';
import { completed, problem } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import { tusClient } from '../../../../test/tus.ts';
import { createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';
import { DataElsewhere } from '../../../platform/database/index.ts';

const EU = 'https://eu.example.com';
const OTHER_KEY = `aim_othertwo_${'fedcba9876543210'.repeat(3)}`;
const ANN = { email: 'ann@example.com', password: 'a password of the test' };
const WRONG_REGION = {
  status: 421,
  code: 'WRONG_REGION',
  residency: { region: 'eu-west-1', url: EU },
};
const json = { 'content-type': 'application/json' };
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

describe.each(businessDatabases())('a company of eu-west-1, on $name,', ({ name, create }) => {
  // The embedded database belongs to one process: there the installations follow one another.
  const isShared = name === 'PostgreSQL';
  let testDatabase: TestDatabase;
  let model: ModelRecorder;
  let eu: TestApi;
  let us: TestApi;
  let made: Awaited<ReturnType<typeof prepare>>;

  beforeAll(async () => {
    testDatabase = await create();
    model = await startModelRecorder(scoreEverything(80, (criterion) => [criterion]));
    const env = {
      PUBLIC_URL: 'http://ai.test',
      LICENCE_KEY_FILE: testKeyFile(),
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: model.url,
      OPENAI_REGIONS: 'us-east-1,eu-west-1',
    };
    eu = await startApi(testDatabase, {
      ...env,
      DATA_REGION: 'eu-west-1',
      // Jobs wait for the installation in the wrong region.
      ...(isShared ? { ROLE: 'api' } : {}),
    });
    made = await prepare(eu);
    if (!isShared) await eu.stop();
    us = await startApi(testDatabase, {
      ...env,
      DATA_REGION: 'us-east-1',
      DATA_REGION_URLS: JSON.stringify({ 'eu-west-1': EU }),
    });
  });
  afterAll(async () => {
    await us?.stop();
    if (isShared) await eu?.stop();
    await model?.close();
    await testDatabase?.remove();
  });

  /** What is made where the company is at home, for every way in. */
  async function prepare({ client, context, url }: TestApi) {
    await context.identity.ensureKey(
      await context.identity.ensureTenant('Elsewhere not', 'enterprise'),
      'theirs',
      OTHER_KEY,
      ['admin'],
    );
    const { tenantId } = await client.tenant.get({});
    await client.user.create({ ...ANN, name: 'Ann', roles: ['admin'] });
    const { tokens } = await client.auth.login({ ...ANN, use: 'tokens' });
    const guest = await client.user.create({ email: 'guest@example.com', name: 'Guest', roles: ['ops'] });
    const { invitation } = await client.user.invite({ userId: guest.userId });
    const connection = await client.gitConnection.create({ provider: 'github', name: 'GitHub' });
    const ann = await staff(eu, 'writer@example.com', ['admin']);
    const { id: conversationId } = await ann.conversation.create({
      tool: 'codex',
      sessionId: 'one',
      messages: [{ id: 'a', author: 'human', text: 'Where does it stay?' }],
    });
    const shared = await ann.conversation.share({ conversationId });
    const { licenseKey: licenceKey } = await issueLicence(client);
    const { ticket } = await client.realtime.createTicket({});
    const upload = await tusClient(() => url, 'writer@example.com').post(10);
    await client.people.import({ builders: [builderRow()], projects: [projectRow()] });
    await client.tenant.chooseRegion({ region: 'eu-west-1', storedElsewhere: false });
    const run = isShared ? await client.evaluation.startWeekly({ dryRun: true }) : null;
    return {
      ...{ tenantId, tokens, invitation, connection, shared, licenceKey, ticket, run },
      upload: upload.headers.get('location') ?? '',
    };
  }

  const send = (path: string, init: RequestInit = {}) => fetch(`${us.url}${path}`, init);
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    send(path, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });
  const documentOf = async (response: Response) => (await response.json()) as Record<string, unknown>;

  test('is answered by every operation at another installation with where to go, except by the one that tells it', async () => {
    const answers = new Map<string, number>();
    const operations = allOperations().filter(([, { access }]) => access !== 'public');
    for (const [id, op] of operations) {
      const path = op.path.replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-000000000000');
      const response = await send(path, {
        method: op.method,
        headers: { ...json, ...bearer(ADMIN_KEY) },
        ...(op.method === 'GET' || op.method === 'DELETE' ? {} : { body: '{}' }),
      });
      answers.set(id, response.status);
      if (response.status === 421) expect(await documentOf(response)).toMatchObject(WRONG_REGION);
      else await response.arrayBuffer();
    }
    expect(operations.length).toBeGreaterThan(300);
    expect([...answers].filter(([, status]) => status !== 421)).toEqual([['tenant.getRegion', 200]]);
  });

  test('reads by key and by session where it is served', async () => {
    const { tokens } = made;
    for (const secret of [ADMIN_KEY, tokens?.accessToken ?? '']) {
      const response = await send('/tenant/region', { headers: bearer(secret) });
      expect(response.status).toBe(200);
      expect(await documentOf(response)).toMatchObject({
        dataRegion: 'eu-west-1',
        installationRegion: 'us-east-1',
        isHere: false,
        url: EU,
      });
      expect((await send('/whoami', { headers: bearer(secret) })).status).toBe(421);
    }
  });

  test('cannot choose again, at whichever installation', async () => {
    const choice = { region: 'us-east-1', storedElsewhere: false };
    expect(await problem(us.client.tenant.chooseRegion(choice))).toEqual({
      status: 421,
      code: 'WRONG_REGION',
    });
  });

  test('lets no user sign in elsewhere, and only the right password learns why', async () => {
    const { tokens, invitation } = made;
    expect((await post('/auth/login', { ...ANN, password: 'wrong' })).status).toBe(401);
    const refused = [
      await post('/auth/login', { ...ANN, use: 'tokens' }),
      await post('/auth/refresh', { refreshToken: tokens?.refreshToken }),
      await post('/auth/invitation', { token: invitation.token, password: 'a good password of it' }),
    ];
    for (const response of refused) {
      expect(response.status, response.url).toBe(421);
      expect(await documentOf(response)).toMatchObject(WRONG_REGION);
    }
  });

  test('is refused by WebSocket, event stream, resumable upload, assistant, licence key and metrics', async () => {
    await expect(connect(us.url, {}, ADMIN_KEY)).rejects.toMatchObject({ status: 421 });
    await expect(connect(us.url, { ticket: made.ticket })).rejects.toMatchObject({ status: 401 });
    expect((await readStream(us.url, {}, bearer(ADMIN_KEY))).status).toBe(421);
    const tus = tusClient(() => us.url, 'writer@example.com');
    expect((await tus.post(10)).status).toBe(421);
    const place = new URL(made.upload).pathname;
    expect((await tus.patch(`${us.url}${place}`, 0, Buffer.from('0123456789'))).status).toBe(421);
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    const accept = 'application/json, text/event-stream';
    expect((await post('/mcp', list, { ...bearer(ADMIN_KEY), accept })).status).toBe(421);
    const seat = { device: 'device-of-the-test', user: 'ada@example.com', product: 'drawing' };
    expect((await post('/api/v1/licenses/acquire', seat, bearer(made.licenceKey))).status).toBe(421);
    expect((await send('/metrics', { headers: bearer(ADMIN_KEY) })).status).toBe(421);
  });

  test('takes no webhook of a forge, and shows nothing by a link, elsewhere', async () => {
    const { connection, shared, tenantId } = made;
    const body = JSON.stringify({ zen: 'Keep it here.' });
    const webhook = await send(`/webhooks/github?connection=${connection.connectionId}`, {
      method: 'POST',
      body,
      headers: {
        ...json,
        'x-github-event': 'ping',
        'x-github-delivery': 'one',
        'x-hub-signature-256': await sign(connection.webhookSecret, body),
      },
    });
    expect(webhook.status).toBe(421);
    expect(await documentOf(webhook)).toMatchObject(WRONG_REGION);
    expect((await send(`/shared-conversations/${shared.token}`)).status).toBe(421);
    await expect(us.context.database.withTenant(tenantId, async () => 'read')).rejects.toThrow(DataElsewhere);
    expect(await us.context.identity.tenantIds()).not.toContain(tenantId);
  });

  test.runIf(isShared)('has none of its jobs done elsewhere, and loses none', async () => {
    const { run } = made;
    const attempts = async () => {
      const { items } = await eu.client.job.list({ queue: 'evaluation.judge' });
      return items.map(({ state, reason }) => ({ state, reason }));
    };
    const refused = { state: 'retrying', reason: expect.stringContaining('stays in eu-west-1') };
    await vi.waitFor(async () => expect(await attempts()).toEqual([refused]), { timeout: 30_000 });
    expect(model.calls).toHaveLength(0);
    await us.stop();
    const worker = await startApi(testDatabase, { ...regionOf(eu), DATA_REGION: 'eu-west-1' });
    await completed(worker.client, run?.runId ?? '');
    expect(model.calls.length).toBeGreaterThan(0);
    await worker.stop();
    us = await startApi(testDatabase, { ...regionOf(eu), DATA_REGION: 'us-east-1' });
  });

  const regionOf = ({ context: { config } }: TestApi) => ({
    PUBLIC_URL: config.PUBLIC_URL ?? '',
    LICENCE_KEY_FILE: testKeyFile(),
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: model.url,
    OPENAI_REGIONS: 'us-east-1,eu-west-1',
  });

  test('does not keep another company from its work at that installation', async () => {
    const theirs = createClient(resources, { baseUrl: us.url, apiKey: OTHER_KEY });
    expect(await theirs.tenant.get({})).toMatchObject({ name: 'Elsewhere not' });
    expect(await theirs.tenant.getRegion({})).toMatchObject({ dataRegion: null, isHere: true });
    if (isShared) expect(await eu.client.tenant.get({})).toMatchObject({ dataRegion: 'eu-west-1' });
  });
});
