import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { builderRow, projectRow, projectWeekRow, refusal, weekRow } from '../../../../test/people.ts';
import { evaluate, everyItem } from '../../../../test/runs.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';
import type { Role } from '../../../contract/operation.ts';
import { ACT_AS, DECIDE } from '../../../contract/scopes.ts';
import { record, systemActor } from '../audit/index.ts';

const WEEK = '2026-W45';
const ENDPOINT = { url: 'http://127.0.0.1:9/hook', events: ['evaluation.run.completed' as const] };
const company = {
  builders: [builderRow()],
  projects: [projectRow()],
  metrics: [weekRow()],
  projectMetrics: [projectWeekRow()],
};

describe.each(businessDatabases())('the audit trail on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  /** A company of its own, or another key of one. */
  async function connect(tenant: string, roles: Role[] = ['admin'], keyName = 'chief') {
    const { identity } = api.context;
    const tenantId = await identity.ensureTenant(tenant);
    const key = `aim_${randomBytes(4).toString('hex')}_${randomBytes(24).toString('hex')}`;
    await identity.ensureKey(tenantId, keyName, key, roles, ['*', ACT_AS, DECIDE]);
    const client = createClient(resources, { baseUrl: api.url, apiKey: key });
    return { tenantId, key, client };
  }

  const trail = (client: Client, filter: Parameters<Client['audit']['list']>[0] = {}) =>
    everyItem((page) => client.audit.list({ limit: 100, ...filter, ...page }));

  /** Entries that `work` adds, oldest first. */
  async function added(client: Client, work: () => Promise<unknown>) {
    const before = await trail(client);
    await work();
    const after = await trail(client);
    expect((await client.audit.verify({})).intact).toBe(true);
    return after.slice(0, after.length - before.length).reverse();
  }

  test('records every write once, with its actor, request and subject', async () => {
    const { client, key } = await connect('Every write');
    const [imported] = await added(client, () =>
      fetch(`${api.url}/people/import`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'x-request-id': 'import-1',
        },
        body: JSON.stringify(company),
      }),
    );
    expect(imported).toMatchObject({
      operation: 'people.import',
      subject: 'people',
      requestId: 'import-1',
      actor: { name: 'chief', keyId: expect.any(String), actingFor: null },
    });
    const { userId } = await client.user.create({
      email: 'lead@people.example',
      name: 'The lead',
      roles: ['executive'],
      password: 'a long phrase of words',
    });
    const lead = createClient(resources, { baseUrl: api.url, apiKey: key, actingFor: userId });
    const run = await evaluate(client, { week: WEEK });
    const { items } = await client.evaluation.listResults({ runId: run.runId });
    const evaluationId = items[0]?.evaluationId as string;
    const { judgement } = await client.evaluation.get({ evaluationId });
    const override = {
      evaluationId,
      judgementId: judgement?.judgementId as string,
      grade: 'A' as const,
      reason: 'Seen it myself.',
    };
    const { id: endpointId } = await client.webhook.create(ENDPOINT);
    await client.evaluation.markNotified({ evaluationId });
    await lead.evaluation.override(override);
    await client.webhook.delete({ endpointId });
    await client.audit.setRetention({ years: 9 });

    const told = (await trail(client)).reverse();
    expect(told.map(({ operation, subject, actor }) => [operation, subject, actor.name])).toEqual([
      ['identity.ensureKey', expect.stringMatching(/^key:/), 'system'],
      ['people.import', 'people', 'chief'],
      ['user.create', `user:${userId}`, 'chief'],
      ['prompt.seed', 'prompts', 'system'],
      ['evaluation.startWeekly', `run:${run.runId}`, 'chief'],
      ['evaluation.judge', `evaluation:${evaluationId}`, 'system'],
      ['evaluation.complete', `run:${run.runId}`, 'system'],
      ['webhook.create', `endpoint:${endpointId}`, 'chief'],
      ['evaluation.markNotified', `evaluation:${evaluationId}`, 'chief'],
      ['evaluation.override', `evaluation:${evaluationId}`, 'chief'],
      ['webhook.delete', `endpoint:${endpointId}`, 'chief'],
      ['audit.setRetention', 'retention', 'chief'],
    ]);
    expect(told.map(({ seq }) => seq)).toEqual(told.map((_, index) => index + 1));
    const { details } = await client.audit.get({ seq: 10 });
    expect(details).toEqual([
      {
        about: ['builder:x-1'],
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        content: {
          before: expect.objectContaining({ engine: 'rules' }),
          after: expect.objectContaining({ engine: 'human', grade: 'A', reason: 'Seen it myself.' }),
          via: 'dashboard',
        },
        erased: null,
      },
    ]);
  });

  test('keeps the secret of an endpoint to itself', async () => {
    const { client } = await connect('Secrets');
    const { secret, id: endpointId } = await client.webhook.create(ENDPOINT);
    await client.webhook.delete({ endpointId });
    const kept = await sql<{ content: string }>`select content from audit.payloads`.execute(
      api.context.database.system('the test looks behind the API'),
    );
    expect(kept.rows.filter(({ content }) => content?.includes(secret))).toEqual([]);
  });

  test('says nothing of a write that did not happen', async () => {
    const { client, tenantId } = await connect('Nothing happened');
    await client.people.import(company);
    const run = await evaluate(client, { week: WEEK });
    const [result] = (await client.evaluation.listResults({ runId: run.runId })).items;
    const evaluationId = result?.evaluationId as string;
    await client.evaluation.markNotified({ evaluationId });
    const entries = await added(client, async () => {
      await client.people.import({ ...company, dryRun: true });
      await refusal(client.people.import({ builders: [builderRow({ email: 'nobody' })] }));
      await refusal(client.people.import({ metrics: [weekRow({ builder_id: 'stranger' })] }));
      await client.evaluation.startWeekly({ week: WEEK });
      await client.evaluation.retry({ runId: run.runId });
      await client.evaluation.markNotified({ evaluationId });
      const judgementId = run.runId;
      await refusal(
        client.evaluation.override({ evaluationId, judgementId, grade: 'A', reason: 'Why not.' }),
      );
      await refusal(client.webhook.delete({ endpointId: run.runId }));
      await refusal(client.audit.verify({ knownSeq: 1 }));
      const failing = api.context.database.withTenant(tenantId, async (transaction) => {
        await record(transaction, systemActor(tenantId, 'test'), { subject: 'x', details: [] });
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
    });
    expect(entries).toEqual([]);
  });

  test('stays one chain without gaps under 50 writes at once', async () => {
    const { client } = await connect('At once');
    const entries = await added(client, () =>
      Promise.all(Array.from({ length: 50 }, () => client.webhook.create(ENDPOINT))),
    );
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, index) => index + 2));
    expect(await client.audit.verify({})).toMatchObject({ intact: true, checked: 51, firstBroken: null });
  });

  test('keeps the retry of an evaluation, its judgement and the end of its run', async () => {
    const { client, tenantId } = await connect('A retry');
    await client.people.import(company);
    const { database } = api.context;
    const run = await evaluate(client, { week: WEEK });
    const system = database.system('the test makes an evaluation fail');
    await sql`delete from evaluations.project_grades where run_id = ${run.runId}`.execute(system);
    await sql`update evaluations.evaluations set status = 'failed' where run_id = ${run.runId}`.execute(
      system,
    );
    const entries = await added(client, async () => {
      await client.evaluation.retry({ runId: run.runId, builderId: 'x-1' });
      const ended = () =>
        client.evaluation.getRun({ runId: run.runId }).then(({ status }) => expect(status).toBe('completed'));
      await vi.waitFor(ended, { timeout: 30_000, interval: 50 });
    });
    expect(entries.map(({ operation, tenantId }) => [operation, tenantId])).toEqual([
      ['evaluation.retry', tenantId],
      ['evaluation.judge', tenantId],
      ['evaluation.complete', tenantId],
    ]);
  });

  test('is filtered by actor, operation, subject and time, page by page', async () => {
    const { client, tenantId } = await connect('Filters');
    const other = (await connect('Filters', ['ops'], 'operator')).client;
    await client.people.import(company);
    for (let index = 0; index < 5; index++) await other.webhook.create(ENDPOINT);
    const all = await trail(client);
    expect(all).toHaveLength(8);
    const paged = await everyItem((page) => client.audit.list({ limit: 3, ...page }));
    expect(paged).toEqual(all);
    const seqs = async (filter: Parameters<Client['audit']['list']>[0]) =>
      (await everyItem((page) => client.audit.list({ limit: 2, ...filter, ...page }))).map(({ seq }) => seq);
    expect(await seqs({ actor: 'operator' })).toEqual([8, 7, 6, 5, 4]);
    expect(await seqs({ actor: all[0]?.actor.keyId as string })).toEqual([8, 7, 6, 5, 4]);
    expect(await seqs({ operationId: 'people.import' })).toEqual([3]);
    expect(await seqs({ subject: 'builder:x-1' })).toEqual([3]);
    expect(await seqs({ subject: 'project:y-1' })).toEqual([3]);
    expect(await seqs({ subject: 'people' })).toEqual([3]);
    expect(await seqs({ subject: `key:${all[0]?.actor.keyId}` })).toEqual([2]);
    const middle = all[3]?.occurredAt as string;
    const since = all.filter(({ occurredAt }) => occurredAt >= middle).map(({ seq }) => seq);
    const until = all.filter(({ occurredAt }) => occurredAt < middle).map(({ seq }) => seq);
    expect(await seqs({ from: middle })).toEqual(since);
    expect(await seqs({ to: middle })).toEqual(until);
    expect(await seqs({ from: middle, actor: 'nobody' })).toEqual([]);
    expect((await refusal(client.audit.list({ cursor: 'x' }))).code).toBe('INVALID_INPUT');
    expect((await refusal(client.audit.list({ subject: 'a\0b' }))).code).toBe('INVALID_INPUT');
    expect((await refusal(client.audit.list({ from: '0000-01-01T00:00:00Z' }))).code).toBe('INVALID_INPUT');
    expect(all.every((entry) => entry.tenantId === tenantId)).toBe(true);
  });

  test('of another company is never seen', async () => {
    const [ours, theirs] = [await connect('Ours'), await connect('Theirs')];
    await theirs.client.people.import(company);
    await theirs.client.webhook.create(ENDPOINT);
    const seen = await trail(ours.client);
    expect(seen.map(({ operation, tenantId }) => [operation, tenantId])).toEqual([
      ['identity.ensureKey', ours.tenantId],
    ]);
    expect(await trail(ours.client, { subject: 'builder:x-1' })).toEqual([]);
    expect((await refusal(ours.client.audit.get({ seq: 2 }))).code).toBe('NOT_FOUND');
    expect((await ours.client.audit.export({})).entries).toBe(1);
    const erasure = {
      kind: 'erasure',
      subject: 'builder:x-1',
      reason: 'Asked.',
      verification: 'By letter.',
    } as const;
    const { userId } = await ours.client.user.create({
      email: 'ours@people.example',
      name: 'Ours',
      roles: ['admin'],
      password: 'a long phrase of words',
    });
    const person = createClient(resources, { baseUrl: api.url, apiKey: ours.key, actingFor: userId });
    expect(await refusal(person.privacyRequest.create(erasure))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal(ours.client.privacyRequest.create(erasure))).toMatchObject({
      code: 'PERSON_REQUIRED',
    });
    const { details } = await theirs.client.audit.get({ seq: 2 });
    expect(details.every(({ content }) => content !== null)).toBe(true);
  });

  test('is listed by operations too, read by admins and executives, and worked on by admins only', async () => {
    const name = 'Roles';
    const admin = (await connect(name)).client;
    const executive = (await connect(name, ['executive'])).client;
    const operator = (await connect(name, ['ops'])).client;
    const outsider = (await connect(name, ['builder', 'reviewer', 'readonly'])).client;
    const reading = [(as: Client) => as.audit.list({}), (as: Client) => as.audit.get({ seq: 1 })];
    const working = [
      (as: Client) => as.audit.verify({}),
      (as: Client) => as.audit.export({}),
      (as: Client) => as.audit.reports({ kind: 'soc2-access-review' }),
      (as: Client) => as.audit.getRetention({}),
      (as: Client) => as.audit.setRetention({ years: 8 }),
    ];
    for (const call of [...reading, ...working]) {
      await call(admin);
      expect((await refusal(call(outsider))).code).toBe('FORBIDDEN');
    }
    for (const call of reading) await call(executive);
    await operator.audit.list({});
    for (const call of [...reading.slice(1), ...working])
      expect((await refusal(call(operator))).code).toBe('FORBIDDEN');
    for (const call of working) expect((await refusal(call(executive))).code).toBe('FORBIDDEN');
  });

  test.each([
    ['update audit.events set operation = operation'],
    ['delete from audit.events'],
    ['update audit.events_default set operation = operation'],
    ['truncate audit.events'],
    ['update audit.payloads set content = content'],
    ['delete from audit.payloads'],
    ['delete from audit.heads'],
    ["select audit.ensure_partition('2031-01-01')"],
  ])('refuses the application to %s', async (statement) => {
    const { tenantId } = await connect('Refused');
    const attempt = api.context.database.withTenant(tenantId, (transaction) =>
      sql.raw(statement).execute(transaction),
    );
    await expect(attempt).rejects.toThrow(/permission denied/);
  });

  test('lies in monthly partitions that are made ahead, and moves there what came before them', async () => {
    const system = api.context.database.system('the test looks behind the API');
    const partitions = await sql<{ name: string; forced: boolean }>`
      select c.relname as name, c.relforcerowsecurity as forced from pg_inherits i
      join pg_class c on c.oid = i.inhrelid where i.inhparent = 'audit.events'::regclass order by 1`.execute(
      system,
    );
    const now = new Date();
    const months = [0, 1, 2, 3].map((ahead) =>
      new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1))
        .toISOString()
        .slice(0, 7)
        .replace('-', '_'),
    );
    expect(partitions.rows).toEqual(
      [...months.map((month) => `events_${month}`).sort(), 'events_default'].map((name) => ({
        name,
        forced: true,
      })),
    );
    const stray = await sql`select seq from audit.events_default`.execute(system);
    expect(stray.rows).toEqual([]);
  });
});
