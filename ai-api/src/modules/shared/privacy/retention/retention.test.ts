import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../../test/databases.ts';
import { refusal } from '../../../../../test/people.ts';
import { plantRow } from '../../../../../test/planted.ts';
import { personAs } from '../../../../../test/reviewers.ts';
import { type StripeRecorder, startStripeRecorder } from '../../../../../test/stripe-recorder.ts';
import type { Client } from '../../../../catalogue/client.ts';
import { DAY_MS } from '../../../../platform/durations.ts';
import { systemActor } from '../../audit/index.ts';
import { lockHolds } from '../holds.ts';
import { nextNight } from './period.ts';

/** Noon, so that each test is on one day. */
const TODAY = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS / 2);
const LONG_AGO = new Date('1994-05-10T12:00:00Z');
/** Rows that count from a moment: `AT` is that moment. */
const PLANTED: Record<string, { table: string; given: Record<string, string> }> = {
  sessions: {
    table: 'identity.sessions',
    given: { ended_at: 'AT', ended_because: "'signed out'", kind: "'token'" },
  },
  notifications: { table: 'notifications.notifications', given: { created_at: 'AT' } },
  events: { table: 'events.outbox', given: { occurred_at: 'AT' } },
  'webhook-deliveries': {
    table: 'events.deliveries',
    given: { updated_at: 'AT', status: "'delivered'" },
  },
  'tracked-time': {
    table: 'people.time_entries',
    given: { started_at: "'1990-01-01'", ended_at: 'AT' },
  },
  leave: { table: 'people.leave', given: { first_day: "'1990-01-01'", last_day: 'AT' } },
  'work-records': { table: 'people.work_records', given: { day: 'AT', kind: "'meeting'" } },
  'compliance-reports': { table: 'compliance.reports', given: { made_at: 'AT', kind: "'gdpr-events'" } },
  'model-texts': { table: 'models.traces', given: { started_at: 'AT' } },
  questions: { table: 'knowledge.conversations', given: { updated_at: 'AT' } },
  'agent-executions': {
    table: 'agents.executions',
    given: { ended_at: 'AT', mode: "'sync'", status: "'completed'" },
  },
  'validation-results': {
    table: 'validation.results',
    given: { created_at: 'AT', status: "'passed'" },
  },
  'licence-history': { table: 'licences.denials', given: { last_at: 'AT', first_at: 'AT' } },
  workflows: {
    table: 'workflows.instances',
    given: { ended_at: 'AT', state: "'completed'", runner: "'platform'" },
  },
  'git-deliveries': { table: 'context.git_deliveries', given: { received_at: 'AT', state: "'processed'" } },
  conversations: { table: 'context.conversations', given: { active_at: 'AT' } },
  accesses: { table: 'accesses.accesses', given: { first_at: 'AT', last_at: 'AT' } },
};
/** Kinds that a row planted by SQL does not show: their own tests do. */
const ELSEWHERE = ['audit-content'];
const KINDS = Object.keys(PLANTED);

describe.each(businessDatabases())('retention on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let chief: Client;
  let tenantId: string;
  let other: string;
  let now = TODAY;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase, {}, { clock: { now: () => now } });
    ({ tenantId } = await api.client.identity.whoami({}));
    other = await api.context.identity.ensureTenant('Another company');
    chief = await personAs(api, 'chief', ['admin']);
  });
  afterAll(async () => {
    await api?.stop();
    await testDatabase?.remove();
  });

  const plant = (kind: string, moment: Date, company = tenantId) => {
    const { table, given } = PLANTED[kind] as { table: string; given: Record<string, string> };
    return plantRow(api.context.database, table, company, moment, given);
  };

  /** Rows of a company from long ago, and others that a test planted. */
  async function planted(kind: string, company = tenantId) {
    const { table, given } = PLANTED[kind] as { table: string; given: Record<string, string> };
    const column = Object.entries(given).find(([, value]) => value === 'AT')?.[0] ?? '';
    const { rows } = await sql<{ old: number; fresh: number }>`
      select count(*) filter (where ${sql.id(column)} < '2000-01-01')::int as old,
        count(*) filter (where ${sql.id(column)} >= '2000-01-01')::int as fresh
      from ${sql.table(table)} where tenant_id = ${company}`.execute(
      api.context.database.system('the test counts'),
    );
    return rows[0];
  }

  async function tonight<T>(work: () => Promise<T>): Promise<T> {
    now = new Date(now.getTime() + DAY_MS);
    return work();
  }

  const policy = async (kind: string) => {
    const { items } = await api.client.retention.list({});
    return items.find((one) => one.kind === kind) ?? expect.fail(`${kind} is not listed`);
  };

  test('every kind says what it is, and each is tried below or elsewhere', async () => {
    const { items } = await api.client.retention.list({});
    expect(items.map(({ kind }) => kind).toSorted()).toEqual([...KINDS, ...ELSEWHERE].toSorted());
    for (const one of items) {
      expect(one.tables.length).toBeGreaterThan(0);
      expect(one.minDays).toBeLessThanOrEqual(one.maxDays);
      if (one.minDays > 1) expect(one.floor, one.kind).not.toBeNull();
    }
  });

  test.each(KINDS)('a preview counts what is old, by kind: %s', async (kind) => {
    await plant(kind, LONG_AGO);
    await plant(kind, now);
    await plant(kind, LONG_AGO, other);
    const { minDays } = await policy(kind);
    const { items, total, holds } = await api.client.retention.preview({ kind, days: minDays });
    expect({ total, holds }).toEqual({ total: 1, holds: [] });
    expect(items).toMatchObject([{ kind, days: minDays, count: 1 }]);
    expect(items[0]?.oldest?.slice(0, 10)).toBe('1994-05-10');
    expect(await planted(kind)).toMatchObject({ old: 1 });
  });

  test('a period is not set beyond its bounds, without its unit, or for ever where that is not possible', async () => {
    for (const given of [
      { kind: 'notifications', days: 10 },
      { kind: 'notifications', days: 20_000 },
      { kind: 'notifications', days: null },
      { kind: 'audit-content', days: 400 },
      { kind: 'compliance-reports', days: 365 },
    ])
      expect(await refusal(api.client.retention.set(given))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await refusal(api.client.retention.set({ kind: 'nothing', days: 90 }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await refusal(api.client.retention.preview({ days: 90 }))).toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  test('what has the period of another kind is counted with it, and is not tried out alone', async () => {
    const given = { kind: 'audit-content', days: 365 };
    const { items, total } = await api.client.retention.preview(given);
    expect(items.map(({ kind, count }) => [kind, count])).toEqual([
      ['audit-content', 0],
      ['compliance-reports', 1],
    ]);
    expect(total).toBe(1);
    expect(await refusal(api.client.retention.set({ ...given, previewed: 0 }))).toMatchObject({
      code: 'CONFLICT',
    });
    expect(await refusal(api.client.retention.dryRun({ kind: 'compliance-reports' }))).toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  test('a shorter period begins in the night after its preview, and is refused when another number would go', async () => {
    const kind = 'questions';
    expect(await refusal(api.client.retention.set({ kind, days: 30, previewed: 7 }))).toMatchObject({
      code: 'CONFLICT',
    });
    expect(await policy(kind)).toMatchObject({ days: null, inForceDays: null, setBy: null });
    expect(await api.client.retention.set({ kind, days: 30, previewed: 1 })).toMatchObject({
      days: 30,
      inForceDays: null,
      inForceFrom: nextNight(TODAY).toISOString(),
      needsDryRun: false,
    });
    expect((await api.client.retention.preview({ kind })).total).toBe(0);
    await api.client.retention.run({});
    expect(await planted(kind)).toEqual({ old: 1, fresh: 1 });
    const { items } = await tonight(() => api.client.retention.run({}));
    expect(items.find((one) => one.kind === kind)).toMatchObject({ removed: 1, isDone: true, skipped: null });
    expect(await planted(kind)).toEqual({ old: 0, fresh: 1 });
    expect(await policy(kind)).toMatchObject({ days: 30, inForceDays: 30, ranCount: 1 });
    expect(await planted(kind, other)).toEqual({ old: 1, fresh: 0 });
  });

  test('a longer period counts at once', async () => {
    expect(await api.client.retention.set({ kind: 'questions', days: 60 })).toMatchObject({
      days: 60,
      inForceDays: 60,
      needsDryRun: false,
    });
    expect(await api.client.retention.set({ kind: 'questions', days: null })).toMatchObject({
      days: null,
      inForceDays: null,
    });
  });

  test('nothing of any kind is deleted under a legal hold, though it be of one person', async () => {
    for (const kind of KINDS) {
      const { days, minDays, follows } = await policy(kind);
      if (follows !== null || days !== null) continue;
      const chosen = Math.max(minDays, 30);
      const { total } = await api.client.retention.preview({ kind, days: chosen });
      await api.client.retention.set({ kind, days: chosen, previewed: total });
    }
    const { holdId } = await chief.legalHold.set({
      subject: 'email:case@people.example',
      reason: 'A case at court is open.',
    });
    const before = await api.client.retention.preview({});
    expect(before.holds).toHaveLength(1);
    const { items, total, isComplete } = await tonight(() => api.client.retention.run({}));
    expect({ total, isComplete }).toEqual({ total: 0, isComplete: false });
    expect(new Set(items.map(({ skipped }) => skipped))).toEqual(new Set(['hold']));
    await chief.legalHold.release({ holdId, reason: 'The case is closed.' });
  });

  test('a hold waits for the deletion that goes on', async () => {
    const steps: string[] = [];
    let set: Promise<{ holdId: string }> | undefined;
    await api.context.database.withTenant(tenantId, async (transaction) => {
      await lockHolds(transaction, 'shared');
      set = chief.legalHold.set({ reason: 'A case at court is open.' }).finally(() => steps.push('held'));
      await setTimeout(500);
      steps.push('deleted');
    });
    const { holdId } = (await set) ?? expect.fail('no hold was set');
    expect(steps).toEqual(['deleted', 'held']);
    await chief.legalHold.release({ holdId, reason: 'The case is closed.' });
  });

  test('a run without time tries no kind, and does not say that it ran', async () => {
    const before = await policy('questions');
    const actor = systemActor(tenantId, 'retention.run');
    const { items, isComplete } = await api.context.privacy.retention.runNow(actor, AbortSignal.abort());
    expect(isComplete).toBe(false);
    for (const one of items) expect(one).toMatchObject({ removed: 0, isDone: false, skipped: null });
    expect(await policy('questions')).toEqual(before);
  });

  test('a run deletes what its preview counted, once where two run at once, and of no other company', async () => {
    for (const kind of KINDS) if ((await planted(kind))?.old === 0) await plant(kind, LONG_AGO);
    const { total, items } = await api.client.retention.preview({});
    expect(items.filter(({ count }) => count === 0).map(({ kind }) => kind)).toEqual(ELSEWHERE);
    expect(total).toBe(KINDS.length);
    const runs = await Promise.all([api.client.retention.run({}), chief.retention.run({})]);
    expect(runs.flatMap((run) => run.items.filter(({ skipped }) => skipped !== null))).toEqual([]);
    expect(runs[0].total + runs[1].total).toBe(total);
    for (const kind of KINDS) {
      expect(await planted(kind), kind).toMatchObject({ old: 0 });
      expect((await planted(kind))?.fresh, kind).toBeGreaterThan(0);
      expect((await planted(kind, other))?.old, kind).toBe(1);
    }
    expect((await api.client.retention.preview({})).total).toBe(0);
  });

  test('what was deleted is in the audit trail by kind and number, without contents', async () => {
    const { items } = await api.client.audit.list({ operationId: 'retention.run', limit: 100 });
    expect(new Set(items.map(({ subject }) => subject))).toEqual(
      new Set(KINDS.map((kind) => `retention:${kind}`)),
    );
    const entry = await api.client.audit.get({ seq: items[0]?.seq ?? 0 });
    expect(entry.details[0]?.content).toEqual({
      removed: 1,
      before: expect.stringMatching(/T00:00:00\.000Z$/),
    });
    expect(await api.client.audit.verify({})).toMatchObject({ intact: true });
  });

  test('the night does the same for every company', async () => {
    expect(await tonight(() => api.context.privacy.retention.run())).toBeGreaterThan(0);
    expect(await planted('notifications', other)).toEqual({ old: 0, fresh: 0 });
    expect(await planted('questions', other)).toEqual({ old: 1, fresh: 0 });
  });

  test('only administrators change periods and delete', async () => {
    const executive = await personAs(api, 'boss', ['executive']);
    expect((await executive.retention.preview({})).total).toBe(0);
    for (const call of [
      executive.retention.run({}),
      executive.retention.set({ kind: 'questions', days: 30 }),
      executive.retention.dryRun({ kind: 'questions' }),
    ])
      expect(await refusal(call)).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe.each(businessDatabases())('retention in a plan on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let stripe: StripeRecorder;

  beforeAll(async () => {
    testDatabase = await create();
    stripe = await startStripeRecorder();
    api = await startApi(testDatabase, { ...stripe.env, TENANT_TIER: 'starter' });
  });
  afterAll(async () => {
    await api?.stop();
    await stripe?.close();
    await testDatabase?.remove();
  });

  const conversations = async () => {
    const { items } = await api.client.retention.list({});
    return items.find(({ kind }) => kind === 'conversations') ?? expect.fail('it is not listed');
  };

  test('records of use are kept for as long as the plan allows, and no longer', async () => {
    expect(await conversations()).toMatchObject({ days: 365, defaultDays: 365, maxDays: 365, planDays: 365 });
    for (const days of [366, null])
      expect(await refusal(api.client.retention.set({ kind: 'conversations', days }))).toMatchObject({
        code: 'INVALID_INPUT',
      });
    const { items } = await api.client.retention.list({});
    expect(items.find(({ kind }) => kind === 'licence-history')).toMatchObject({ planDays: null });
  });

  test('a larger plan keeps them longer at once, and a smaller one deletes nothing by itself', async () => {
    const { tenantId, config } = { ...(await api.client.identity.whoami({})), config: api.context.config };
    const { overrideId } = await api.client.planOverride.set({
      company: config.TENANT,
      plan: 'enterprise',
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      reason: 'Agreed for the test',
    });
    expect(await conversations()).toMatchObject({ days: null, inForceDays: null, planDays: null });
    await plantRow(api.context.database, 'context.conversations', tenantId, LONG_AGO, { active_at: 'AT' });
    await api.client.retention.run({});
    await api.client.planOverride.end({ overrideId });
    expect(await conversations()).toMatchObject({ days: 365, inForceDays: null, needsDryRun: true });
    expect((await api.client.retention.run({})).total).toBe(0);
    expect(await api.client.retention.dryRun({ kind: 'conversations' })).toMatchObject({ dryRunCount: 1 });
  });
});
