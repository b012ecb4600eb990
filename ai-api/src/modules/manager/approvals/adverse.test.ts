import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { publishedEvents } from '../../../../test/events.ts';
import { refusal } from '../../../../test/people.ts';
import { staff } from '../../../../test/staff.ts';
import { NOW, trackedCompany } from '../../../../test/time.ts';
import type { Client } from '../../../catalogue/client.ts';
import { approvalKind } from './kind.ts';

const WHY = 'The calendar shows that the call took place.';
const TRACKED = { startsAt: '2040-11-12T14:00:00+01:00' };

describe.each(businessDatabases())('what is adverse for a builder on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let builder: Client;
  let executive: Client;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    api.context.clock.now = () => new Date(NOW);
    await trackedCompany(api, 6);
    builder = await staff(api, 'b-1@sample-company.example', ['builder'], 'Builder One');
    executive = await staff(api, 'boss@sample-company.example', ['executive'], 'The Executive');
    await executive.approval.setSettings({ triage: 'manual', auditShare: 0 });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  async function triaged(builderId: string, change: object = {}) {
    const { approvalId } = await api.client.approval.submit({
      builderId,
      date: '2040-11-12',
      hours: 1.5,
      startsAt: '2040-11-12T16:00:00+01:00',
      category: 'meeting',
      justification: 'Call with the pilot customer about the contract.',
      ...change,
    });
    await api.client.approval.triage({ approvalId });
    return api.client.approval.get({ approvalId });
  }

  test('is proposed with its reasons and a deadline, and executives confirm several at once', async () => {
    const one = await triaged('b-2', { projectId: 'p-3' });
    const two = await triaged('b-3', { projectId: 'p-1' });
    const open = await triaged('b-4');
    expect(one).toMatchObject({
      state: 'in_review',
      proposal: 'reject',
      decidedBy: null,
      dueAt: '2040-11-16T12:00:00.000Z',
      reason: 'Project: The project is paused.',
    });
    expect(one.history.map(({ step }) => step)).toEqual(['submitted', 'proposed']);
    expect(open).toMatchObject({ state: 'in_review', proposal: null });
    const waiting = await executive.approval.list({ proposed: true });
    expect(waiting.items.map(({ approvalId }) => approvalId)).toEqual([two.approvalId, one.approvalId]);
    const items = [one, two, open].map(({ approvalId, version }) => ({ approvalId, version }));
    const { decided, refused } = await executive.approval.bulk({ items, decision: 'confirm' });
    expect(decided).toMatchObject([
      { state: 'rejected', engine: 'human', decidedBy: 'The Executive', reason: one.reason },
      { state: 'rejected', engine: 'human', decidedBy: 'The Executive', reason: two.reason },
    ]);
    expect(refused).toMatchObject([{ approvalId: open.approvalId, code: 'APPROVAL_STATE' }]);
    const other = await triaged('b-5', { projectId: 'p-3' });
    const seen = { approvalId: other.approvalId, version: other.version };
    await executive.approval.override({ ...seen, decision: 'approve', reason: WHY });
    expect(await executive.approval.counts({})).toMatchObject({
      proposals: { waiting: 0, confirmed: 2, refused: 1 },
      people: { decided: 3, minutes: 15 },
    });
  });

  test('is due when the company says, also of a request that is only tried out', async () => {
    await executive.approval.setSettings({ deadlineHours: 24, reminderHours: 12 });
    const { judgement } = await api.client.approval.triage({
      ...{ builderId: 'b-2', date: '2040-11-12', hours: 1, category: 'meeting', projectId: 'p-3' },
      ...{ startsAt: '2040-11-12T18:00:00+01:00', justification: 'Call about the contract.' },
    });
    expect(judgement).toMatchObject({
      dryRun: true,
      proposal: { outcome: 'reject', dueAt: '2040-11-15T12:00:00.000Z' },
    });
    await executive.approval.setSettings({ deadlineHours: 48, reminderHours: 24 });
  });

  test('is not confirmed by the builder, nor by a key without a person', async () => {
    const request = await triaged('b-1', { projectId: 'p-3' });
    const items = [{ approvalId: request.approvalId, version: request.version }];
    const { decided, refused } = await builder.approval.bulk({ items, decision: 'confirm' });
    expect([decided, refused[0]?.code]).toEqual([[], 'APPROVAL_NOT_YOURS']);
    const byKey = api.client.approval.bulk({ items, decision: 'confirm' });
    expect((await refusal(byKey)).code).toBe('PERSON_REQUIRED');
  });

  test('is not what contradicts the records: the builder corrects it, and it is judged anew', async () => {
    const handed = await triaged('b-1', TRACKED);
    expect(handed).toMatchObject({ state: 'incomplete', proposal: null, decidedAt: null, payableHours: 0 });
    const [{ title, reason } = {}] = handed.judgement?.incomplete ?? [];
    expect(handed.judgement?.incomplete).toMatchObject([{ criterionId: 'overlap' }]);
    expect(await publishedEvents(api.context.database, 'approval.incomplete')).toEqual([
      {
        ...{ approvalId: handed.approvalId, builderId: 'b-1', date: '2040-11-12', hours: 1.5 },
        ...{ state: 'incomplete', mend: [{ title, reason }] },
      },
    ]);
    const seen = { approvalId: handed.approvalId, version: handed.version };
    const other = await staff(api, 'b-6@sample-company.example', ['builder']);
    expect((await refusal(other.approval.amend(seen))).code).toBe('FORBIDDEN');
    const amended = await builder.approval.amend({ ...seen, startsAt: '2040-11-12T19:00:00+01:00' });
    expect(amended).toMatchObject({ state: 'submitted', startsAt: '2040-11-12T18:00:00.000Z', reason: null });
    expect((await refusal(builder.approval.amend({ ...seen, version: amended.version }))).code).toBe(
      'APPROVAL_STATE',
    );
    const { approval } = await api.client.approval.triage({ approvalId: handed.approvalId });
    expect(approval?.state).toBe('in_review');
  });

  test('is left to a person where the builder says that the records are wrong', async () => {
    const handed = await triaged('b-1', { date: '2040-09-01', startsAt: undefined });
    const seen = { approvalId: handed.approvalId, version: handed.version };
    const asked = await builder.approval.askPerson({ ...seen, reason: WHY });
    expect(asked).toMatchObject({ state: 'in_review', dueAt: '2040-11-16T12:00:00.000Z' });
    expect(asked.reason).toContain(WHY);
    const decided = await executive.approval.override({
      ...{ approvalId: handed.approvalId, version: asked.version },
      decision: 'approve',
    });
    expect(decided).toMatchObject({ state: 'approved', payableHours: 1.5 });
  });

  test('is in no stored row without a person, and the database refuses one', async () => {
    const { database } = api.context;
    const rows = await database
      .system('the test looks behind the API')
      .selectFrom('judgement.judgements')
      .select(['kind', 'outcome', 'adverse', 'engine', 'decided_by'])
      .execute();
    const adverse = rows.filter(
      ({ kind, outcome }) =>
        kind === approvalKind.name && approvalKind.decides?.adverse.includes(outcome ?? ''),
    );
    expect(adverse.length).toBeGreaterThan(0);
    for (const row of adverse) expect(row).toMatchObject({ adverse: true, engine: 'human' });
    for (const row of adverse) expect(row.decided_by).not.toBeNull();
    const tenantId = await api.context.identity.ensureTenant(api.context.config.TENANT);
    const forced = database.withTenant(tenantId, (transaction) =>
      transaction
        .updateTable('judgement.judgements')
        .set({ adverse: true })
        .where('engine', '=', 'rules')
        .execute(),
    );
    await expect(forced).rejects.toThrow('adverse_by_a_person');
  });
});
