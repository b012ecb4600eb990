import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { refusal } from '../../../../test/people.ts';
import { erase } from '../../../../test/privacy.ts';
import { staff } from '../../../../test/staff.ts';
import { NOW, timeRequest, trackedCompany } from '../../../../test/time.ts';
import type { Client } from '../../../catalogue/client.ts';

const REASON = 'The meeting took the whole afternoon.';
const WHY = 'The customer has confirmed how long it took.';

describe.each(businessDatabases())('contested requests and gates on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let builder: Client;
  let boss: Client;
  let other: Client;
  let third: Client;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    api.context.clock.now = () => new Date(NOW);
    await trackedCompany(api, 2);
    builder = await staff(api, 'b-1@sample-company.example', ['builder'], 'Builder One');
    boss = await staff(api, 'boss@sample-company.example', ['executive'], 'The boss');
    other = await staff(api, 'other@sample-company.example', ['executive'], 'The other');
    third = await staff(api, 'third@sample-company.example', ['executive'], 'The third');
    await boss.approval.setSettings({ triage: 'manual', auditShare: 0 });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  /** A request that a person decided; the judgement is theirs. */
  async function decided(decision: object, date = '2040-11-12') {
    const { approvalId } = await builder.approval.submit(timeRequest('b-1', { date, startsAt: undefined }));
    const triaged = await api.client.approval.triage({ approvalId });
    const version = triaged.approval?.version ?? 0;
    const given = { approvalId, version, decision: 'approve' as const, reason: WHY };
    const { judgementId } = await boss.approval.override({ ...given, ...decision });
    return { approvalId, judgementId: judgementId ?? '' };
  }

  test('hours that were cut are contested: they stay payable, and another person approves more', async () => {
    const { approvalId, judgementId } = await decided({ hours: 0.5 });
    const { contestId } = await builder.contest.create({ judgementId, reason: REASON });
    const held = await builder.approval.get({ approvalId });
    expect(held).toMatchObject({ contested: true, state: 'approved', payableHours: 0.5 });
    const seen = { approvalId, version: held.version };
    const direct = other.approval.override({ ...seen, decision: 'reject', reason: WHY });
    expect((await refusal(direct)).code).toBe('CONTESTED');
    const decide = (who: Client, change: object) =>
      who.contest.decide({ contestId, version: 1, decision: 'change', reason: WHY, ...change });
    expect((await refusal(decide(boss, { hours: 1.5 }))).code).toBe('CONTEST_NOT_YOURS');
    for (const hours of [0.5, 4])
      expect((await refusal(decide(other, { hours }))).document?.errors).toMatchObject([{ field: 'hours' }]);
    expect((await refusal(decide(other, { grade: 'A' }))).document?.errors).toMatchObject([
      { field: 'grade' },
    ]);
    const changed = await decide(other, { hours: 1.5 });
    expect(changed).toMatchObject({ state: 'changed', result: 'approve', sentTo: [] });
    expect(await builder.approval.get({ approvalId })).toMatchObject({
      ...{ contested: false, payableHours: 1.5, judgementId: changed.resultId, decidedBy: 'The other' },
    });
  });

  test('neither of two approvers decides the contest, nor may one person approve what takes two', async () => {
    await boss.approval.setSettings({ twoPersonHours: 1 });
    const { approvalId } = await decided({ hours: 1 }, '2040-11-08');
    const { state, version } = await builder.approval.get({ approvalId });
    expect(state).toBe('awaiting_second');
    const given = { approvalId, version, decision: 'approve' as const, reason: WHY };
    const { judgementId } = await other.approval.override({ ...given, hours: 1 });
    const { contestId } = await builder.contest.create({ judgementId: judgementId ?? '', reason: REASON });
    const decide = (who: Client, change: object) =>
      who.contest.decide({ contestId, version: 1, decision: 'uphold', reason: WHY, ...change });
    for (const approver of [boss, other])
      expect((await refusal(decide(approver, {}))).code).toBe('CONTEST_NOT_YOURS');
    const alone = await refusal(decide(third, { decision: 'change', hours: 1.5 }));
    expect(alone.document?.errors).toMatchObject([
      { field: 'hours', message: expect.stringContaining('must be less than 1') },
    ]);
    expect(await decide(third, {})).toMatchObject({ state: 'upheld', decidedBy: 'The third' });
    await boss.approval.setSettings({ twoPersonHours: 10 });
  });

  test('a rejection is appealed instead, and what is granted or undecided is not contested', async () => {
    const rejected = await decided({ decision: 'reject' }, '2040-11-13');
    const contest = async (judgementId: string) =>
      (await refusal(builder.contest.create({ judgementId, reason: REASON }))).document;
    expect(await contest(rejected.judgementId)).toMatchObject({
      code: 'CONTEST_REFUSED',
      detail: expect.stringContaining('POST /approvals/appeal'),
    });
    const granted = await decided({}, '2040-11-09');
    expect((await contest(granted.judgementId))?.detail).toContain('All hours');
    const inline = await builder.approval.triage(
      timeRequest('b-1', { date: '2040-11-08', startsAt: undefined }),
    );
    expect((await contest(inline.judgement.judgementId))?.code).toBe('CONTEST_REFUSED');
  });

  test('a hold at a gate is contested: nothing else changes it, and another person lets the project advance', async () => {
    await boss.stageGate.save({
      fromStage: 'build',
      toStage: 'growth',
      name: 'To growth',
      criteria: [{ kind: 'measure', id: 'market', title: 'Market', when: 'project.tamUsd >= 5.0' }],
      expectedVersion: 0,
    });
    const ledBy = (builder_id: string) =>
      api.client.people.import({
        projects: [
          {
            ...{ project_id: 'p-9', name: 'Project nine', builder_id, status: 'active', stage: 'build' },
            ...{ stage_history: null, tam_usd: 1, tam_rationale: null, goal: null },
          },
        ],
      });
    await ledBy('b-1');
    const proposed = await builder.stageGate.evaluate({ projectId: 'p-9', toStage: 'growth' });
    const { evaluationId } = proposed;
    const open = (judgementId: string) => builder.contest.create({ judgementId, reason: REASON });
    expect((await refusal(open(proposed.judgement.judgementId))).document?.detail).toContain(
      'Nothing is decided yet',
    );
    const hold = await boss.stageGate.confirm({ evaluationId, version: proposed.version });
    const { contestId } = await open(hold.judgement.judgementId);
    const held = await boss.stageGate.getEvaluation({ evaluationId });
    expect(held).toMatchObject({ contested: true, decision: 'hold', can_progress: false });
    const waived = other.stageGate.waive({ evaluationId, version: held.version, reason: WHY });
    expect((await refusal(waived)).code).toBe('CONTESTED');
    const decide = (who: Client) =>
      who.contest.decide({ contestId, version: 1, decision: 'change', reason: WHY });
    expect((await refusal(decide(boss))).code).toBe('CONTEST_NOT_YOURS');
    const { resultId } = await decide(other);
    expect(await boss.stageGate.getEvaluation({ evaluationId })).toMatchObject({
      ...{ contested: false, decision: 'progress', can_progress: true },
      judgement: { judgementId: resultId, supersedes: hold.judgement.judgementId, engine: 'human' },
    });
    // Who leads the project later has no part in it.
    await ledBy('b-2');
    const later = await staff(api, 'b-2@sample-company.example', ['builder'], 'Builder Two');
    const { judgementId } = hold.judgement;
    expect(await builder.explanation.get({ judgementId })).toMatchObject({ judgementId, result: 'hold' });
    expect((await refusal(later.explanation.get({ judgementId }))).code).toBe('FORBIDDEN');
  });

  test('an erasure takes who contested and what they wrote', async () => {
    const { items } = await builder.contest.list({});
    expect(items.length).toBe(3);
    const { steps } = await erase(api, 'builder:b-1');
    expect(steps.find(({ step }) => step === 'erase contests')?.counts).toMatchObject({
      'contests.contests': 3,
    });
    expect((await boss.contest.list({})).items).toMatchObject([
      { builder: { builderId: '' }, reason: '', facts: [], decision: null },
      { reason: '' },
      { reason: '' },
    ]);
  });
});
