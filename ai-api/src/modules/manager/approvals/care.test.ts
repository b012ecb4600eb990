import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type ModelRecorder, startModelRecorder, testifyAll } from '../../../../test/model-recorder.ts';
import { refusal } from '../../../../test/people.ts';
import { staff } from '../../../../test/staff.ts';
import { NOW, trackedCompany } from '../../../../test/time.ts';
import type { Client } from '../../../catalogue/client.ts';
import { calendarOf } from './facts.ts';

const WHY = 'I looked at the calendar and the call took place.';
const OLDER = { date: '2040-11-06', startsAt: undefined };

describe.each(businessDatabases())('care with requests for manual time on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let model: ModelRecorder;
  let builder: Client;
  let lead: Client;
  let executive: Client;

  beforeAll(async () => {
    testDatabase = await create();
    model = await startModelRecorder(testifyAll);
    api = await startApi(testDatabase, { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: model.url });
    api.context.clock.now = () => new Date(NOW);
    await trackedCompany(api, 12);
    builder = await staff(api, 'b-1@sample-company.example', ['builder'], 'Builder One');
    lead = await staff(api, 'lead@sample-company.example', ['executive'], 'Team Lead');
    executive = await staff(api, 'boss@sample-company.example', ['executive'], 'The Executive');
    await executive.approval.setSettings({ auditShare: 0, triage: 'manual', twoPersonHours: 6 });
  });
  afterAll(async () => {
    await api.stop();
    await model.close();
    await testDatabase.remove();
  });

  const submit = (builderId: string, change: object = {}) =>
    api.client.approval.submit({
      builderId,
      date: '2040-11-12',
      hours: 2,
      startsAt: '2040-11-12T16:00:00+01:00',
      category: 'support' as const,
      justification: 'Call with the pilot customer about the contract; the tracker was on the other laptop.',
      ...change,
    });

  test('the state of a request is not revealed to people without access, whatever version they name', async () => {
    const { approvalId, version } = await submit('b-2', OLDER);
    await executive.approval.override({ approvalId, version, decision: 'reject', reason: WHY });
    const wrong = { approvalId, version: 99 };
    const stranger = await staff(api, 'stranger@sample-company.example', ['reviewer']);
    const answers = await Promise.all([
      refusal(builder.approval.withdraw(wrong)),
      refusal(builder.approval.appeal({ ...wrong, reason: WHY })),
      refusal(builder.approval.override({ ...wrong, decision: 'approve' })),
      refusal(stranger.approval.confirm(wrong)),
    ]);
    for (const { code, message } of answers) {
      expect(['FORBIDDEN', 'NOT_FOUND', 'APPROVAL_NOT_YOURS']).toContain(code);
      expect(message).not.toContain('calendar');
      expect(message).not.toContain('rejected by');
    }
  });

  test('a night from Sunday to Monday is asked for once, though its ends are in two weeks', async () => {
    await submit('b-3', { date: '2040-11-11', startsAt: '2040-11-11T22:00:00+01:00', hours: 4 });
    const monday = { date: '2040-11-12', startsAt: '2040-11-12T01:00:00+01:00', hours: 2 };
    expect((await refusal(submit('b-3', monday))).code).toBe('APPROVAL_OVERLAP');
    const after = { ...monday, startsAt: '2040-11-12T02:00:00+01:00' };
    expect((await submit('b-3', after)).state).toBe('submitted');
  });

  test('time that another request has by now comes back neither by appeal nor by a change of mind', async () => {
    const { approvalId, version } = await submit('b-1');
    const seen = { approvalId, version };
    const rejected = await lead.approval.override({ ...seen, decision: 'reject', reason: WHY });
    const other = await submit('b-1', { category: 'meeting' });
    const now = { approvalId, version: rejected.version };
    const appealed = builder.approval.appeal({ ...now, reason: WHY });
    expect((await refusal(appealed)).code).toBe('APPROVAL_OVERLAP');
    const turned = executive.approval.override({ ...now, decision: 'approve', reason: WHY });
    expect((await refusal(turned)).code).toBe('APPROVAL_OVERLAP');
    await builder.approval.withdraw({ approvalId: other.approvalId, version: other.version });
    expect((await builder.approval.appeal({ ...now, reason: WHY })).state).toBe('in_review');
  });

  test('an approval before a rejection does not count as half of a later approval', async () => {
    const { approvalId, version } = await submit('b-5', { ...OLDER, hours: 7 });
    const first = await executive.approval.override({ approvalId, version, decision: 'approve' });
    const rejected = await lead.approval.override({
      approvalId,
      version: first.version,
      decision: 'reject',
      reason: WHY,
    });
    const again = await executive.approval.override({
      approvalId,
      version: rejected.version,
      decision: 'approve',
      reason: WHY,
    });
    expect(again).toMatchObject({
      state: 'awaiting_second',
      payableHours: 0,
      decidedBy: null,
      decidedAt: null,
    });
    const alone = executive.approval.override({ approvalId, version: again.version, decision: 'approve' });
    expect((await refusal(alone)).message).toContain('a second person');
  });

  test('the budget of a project is not passed by builders who are triaged side by side', async () => {
    const onBudget = { projectId: 'p-2', startsAt: undefined };
    const submitted = await Promise.all(
      ['b-6', 'b-7', 'b-8', 'b-9', 'b-10', 'b-11'].map((id) => submit(id, onBudget)),
    );
    await Promise.all(submitted.map(({ approvalId }) => api.client.approval.triage({ approvalId })));
    const found = await Promise.all(
      submitted.map(({ approvalId }) => api.client.approval.get({ approvalId })),
    );
    const proposed = found.filter(({ state, proposal }) => state === 'in_review' && proposal === 'reject');
    expect(found.filter(({ state }) => state === 'approved')).toHaveLength(1);
    expect(proposed).toHaveLength(submitted.length - 1);
  });
});

test.each([
  ['Europe/Oslo', '2040-03-25', 23],
  ['Europe/Oslo', '2040-10-28', 25],
  // The clock goes from midnight to one: the day begins at one, and the next at midnight.
  ['Africa/Cairo', '2026-04-24', 23],
  ['Africa/Cairo', '2026-04-23', 24],
])('in %s the day %s has %i hours', (zone, day, hours) => {
  const { hoursOfDay, day: span } = calendarOf(day, zone, new Date(NOW));
  expect(hoursOfDay).toBe(hours);
  expect((span.until.getTime() - span.from.getTime()) / 3_600_000).toBe(hours);
});
