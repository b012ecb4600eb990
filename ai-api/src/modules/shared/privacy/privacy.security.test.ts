import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { silent } from '../../../../test/inbox-fixture.ts';
import { builderRow, refusal } from '../../../../test/people.ts';
import { ended } from '../../../../test/privacy.ts';
import { personAs } from '../../../../test/reviewers.ts';
import type { Client } from '../../../catalogue/client.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import type { RetentionKind } from '../../../platform/retention.ts';
import { createRetention } from './retention/service.ts';

const asked = { reason: 'Letter 17', verification: 'They asked from the address on file.' };
const REASON = 'A case at court is open.';

describe.each(businessDatabases())('privacy requests on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let first: Client;
  let second: Client;
  let now = new Date();

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase, {}, { clock: { now: () => now } });
    const builders = ['x-1', 'x-2', 'x-3', 'x-4'].map((builder_id) =>
      builderRow({ builder_id, name: `Person ${builder_id}`, email: `${builder_id}@people.example` }),
    );
    await api.client.people.import({ builders });
    first = await personAs(api, 'first', ['admin']);
    second = await personAs(api, 'second', ['admin']);
  });
  afterAll(async () => {
    await api?.stop();
    await testDatabase?.remove();
  });

  const erasure = (subject: string, client = first) =>
    client.privacyRequest.create({ kind: 'erasure', subject, ...asked });

  test('an erasure takes a second person, who is no key and not the subject', async () => {
    const { requestId, state } = await erasure('builder:x-1');
    expect(state).toBe('open');
    expect(await refusal(first.privacyRequest.confirm({ requestId }))).toMatchObject({
      code: 'SELF_APPROVAL',
    });
    expect(await refusal(api.client.privacyRequest.confirm({ requestId }))).toMatchObject({
      code: 'PERSON_REQUIRED',
    });
    const executive = await personAs(api, 'boss', ['executive']);
    expect(await refusal(executive.privacyRequest.confirm({ requestId }))).toMatchObject({
      code: 'FORBIDDEN',
    });
    const { items, about } = await second.privacyRequest.preview({ requestId });
    expect(items).toContainEqual({ module: 'people', table: 'people.superbuilders', about: 1, mentions: 1 });
    expect(about).toBeGreaterThan(0);
    await second.privacyRequest.confirm({ requestId });
    const done = await ended(second, requestId);
    expect(done.confirmedBy).toBe('second');
    expect(done.notReached[0]?.until).toMatch(/Z$/);
    expect(await api.client.builder.get({ builderId: 'x-1' })).toMatchObject({
      name: expect.stringMatching(/^Erased person [0-9a-f]{10}$/),
      email: expect.stringMatching(/^erased-[0-9a-f]{10}@erased\.invalid$/),
    });
    expect(await refusal(second.privacyRequest.confirm({ requestId }))).toMatchObject({
      code: 'PRIVACY_STATE',
    });
  });

  test('a person does not confirm the erasure of their own account', async () => {
    const { items } = await api.client.user.list({ search: 'second@people.example' });
    const { requestId } = await erasure(`user:${items[0]?.userId}`);
    expect(await refusal(second.privacyRequest.confirm({ requestId }))).toMatchObject({
      code: 'SELF_APPROVAL',
    });
    await first.privacyRequest.refuse({ requestId, reason: 'It was recorded for the test alone.' });
  });

  test('a hold on the person or the company refuses with its reason and who set it', async () => {
    const hold = await first.legalHold.set({ subject: 'builder:x-2', reason: REASON });
    const refused = await refusal(erasure('email:x-2@people.example'));
    expect(refused).toMatchObject({ code: 'LEGAL_HOLD' });
    expect(refused.message).toContain(`set by first: ${REASON}`);
    const { requestId } = await erasure('builder:x-3');
    const ofCompany = await first.legalHold.set({ reason: REASON });
    expect(await refusal(second.privacyRequest.confirm({ requestId }))).toMatchObject({ code: 'LEGAL_HOLD' });
    expect((await second.privacyRequest.preview({ requestId })).holds).toHaveLength(1);
    for (const { holdId } of [hold, ofCompany]) {
      expect(await refusal(api.client.legalHold.release({ holdId, reason: REASON }))).toMatchObject({
        code: 'PERSON_REQUIRED',
      });
      await second.legalHold.release({ holdId, reason: 'The case is closed.' });
    }
    await second.privacyRequest.confirm({ requestId });
    await ended(second, requestId);
  });

  test('a deadline is a month, is extended once, and is reminded of', async () => {
    now = new Date('2027-01-31T10:00:00Z');
    const { requestId, dueAt } = await erasure('builder:x-4');
    expect(dueAt).toBe('2027-02-28T10:00:00.000Z');
    expect(await refusal(erasure('builder:x-4'))).toMatchObject({ code: 'CONFLICT' });
    const reminders = async () => {
      await api.context.privacy.attend();
      const { items } = await api.client.notification.list({ limit: 100 });
      return items.map(({ title }) => title);
    };
    expect(await reminders()).toEqual([]);
    now = new Date('2027-02-22T10:00:00Z');
    expect(new Set(await reminders())).toEqual(new Set(['A privacy request is due within a week']));
    const once = await reminders();
    const extended = await first.privacyRequest.extend({ requestId, reason: 'There are many records.' });
    expect(extended).toMatchObject({ dueAt: '2027-04-30T10:00:00.000Z', isOverdue: false });
    const again = first.privacyRequest.extend({ requestId, reason: 'There are still many records.' });
    expect(await refusal(again)).toMatchObject({ code: 'PRIVACY_STATE' });
    expect(await reminders()).toEqual(once);
    now = new Date('2027-05-01T10:00:00Z');
    expect(await reminders()).toContain('A privacy request is overdue');
    expect(await first.privacyRequest.get({ requestId })).toMatchObject({ isOverdue: true });
    now = new Date();
  });

  test('an objection needs a builder or an account', async () => {
    const request = {
      kind: 'objection',
      subject: 'phone:+4740000077',
      reason: REASON,
      verification: REASON,
    } as const;
    expect(await refusal(first.privacyRequest.create(request))).toMatchObject({ code: 'PRIVACY_STATE' });
  });

  test('retention that was changed waits for a dry run, and for holds', async () => {
    const { privacy, database } = api.context;
    const kind = 'notifications';
    const count = async () => {
      const { rows } = await sql<{
        count: number;
      }>`select count(*)::int as count from notifications.notifications`.execute(
        database.system('the test counts'),
      );
      return rows[0]?.count ?? 0;
    };
    const before = await count();
    expect(before).toBeGreaterThan(0);
    await sql`update notifications.notifications set created_at = now() - interval '100 days'`.execute(
      database.system('the test makes them old'),
    );
    expect(await first.retention.set({ kind, days: 60 })).toMatchObject({ days: 60, needsDryRun: true });
    expect(await privacy.retention.run()).toBe(0);
    expect(await first.retention.dryRun({ kind })).toMatchObject({ dryRunCount: before, needsDryRun: false });
    const today = now;
    const tonight = async () => {
      now = new Date(today.getTime() + DAY_MS);
      const removed = await privacy.retention.run();
      now = today;
      return removed;
    };
    expect(await privacy.retention.run()).toBe(0);
    const { holdId } = await first.legalHold.set({ subject: 'email:case@people.example', reason: REASON });
    expect(await tonight()).toBe(0);
    await first.legalHold.release({ holdId, reason: 'The case is closed.' });
    expect(await tonight()).toBe(before);
    expect(await count()).toBe(0);
    expect((await first.notificationPreference.getSettings({})).retentionDays).toBe(60);
  });

  test('retention goes on until nothing is left that may go, also after a round with less than a page', async () => {
    const { database, identity, plans } = api.context;
    const rounds = [3, 1];
    const kind: RetentionKind = {
      kind: 'samples',
      title: 'Samples',
      tables: [],
      defaultDays: 30,
      minDays: 1,
      maxDays: 60,
      count: async () => ({ count: 4, oldest: new Date(0) }),
      remove: async () => rounds.shift() ?? 0,
    };
    const disclosure = { categories: [], source: '', purpose: '', sharedWith: [] };
    const retention = createRetention({
      database,
      identity,
      plans,
      hooks: () => [{ module: 'samples', tables: [], disclosure, retention: [kind] }],
      now: () => now,
      log: silent,
    });
    expect(await retention.run()).toBe(4);
  });

  test('every change is in the audit trail, which still verifies', async () => {
    const { items } = await api.client.audit.list({ limit: 500 });
    const operations = new Set(items.map(({ operation }) => operation));
    for (const operation of [
      'privacyRequest.create',
      'privacyRequest.confirm',
      'privacyRequest.refuse',
      'privacyRequest.extend',
      'privacyRequest.erase',
      'privacyRequest.remind',
      'legalHold.set',
      'legalHold.release',
      'retention.set',
      'retention.dryRun',
      'retention.run',
    ])
      expect(operations).toContain(operation);
    expect(await api.client.audit.verify({})).toMatchObject({ intact: true });
  });
});
