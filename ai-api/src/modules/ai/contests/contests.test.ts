import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE_WEEK, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { projectRow, refusal } from '../../../../test/people.ts';
import { evaluate, type Run, smallCompany } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import type { Client } from '../../../catalogue/client.ts';
import { DAY_MS } from '../../../platform/durations.ts';

const REASON = 'The tracker lost two days of that week.';
const WHY = 'I looked at the calendar and at the commits.';
const RIGHT = [{ path: 'week.hoursWorked', value: 40 }];

describe.each(businessDatabases())('a contested judgement on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let run: Run;
  let tenantId: string;
  let boss: Client;
  let other: Client;
  const builders = new Map<string, Client>();

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    boss = await staff(api, 'boss@sample-company.example', ['executive'], 'The boss');
    other = await staff(api, 'other@sample-company.example', ['executive'], 'The other');
    for (const id of ['b-1', 'b-2', 'b-3', 'b-4', 'b-5', 'b-6'])
      builders.set(id, await staff(api, `${id}@sample-company.example`, ['builder'], `Builder ${id}`));
    const company = smallCompany(6);
    await api.client.people.import({
      ...company,
      metrics: company.metrics.map((row) => ({ ...row, hours_worked: 20 })),
      projects: [projectRow({ project_id: 'p-1', builder_id: 'b-5' })],
    });
    await api.client.tenant.update({ answerWindowHours: 0 });
    run = await evaluate(api.client);
    ({ tenantId } = await api.client.tenant.get({}));
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const client = (builderId: string) => builders.get(builderId) as Client;

  async function week(builderId: string) {
    const { items } = await api.client.evaluation.list({ builderId });
    const { evaluationId = '' } = items[0] ?? {};
    return api.client.evaluation.get({ evaluationId });
  }
  const judged = async (builderId: string) => (await week(builderId)).judgement?.judgementId ?? '';
  const row = async (builderId: string) =>
    (await api.client.performance.team({ week: SAMPLE_WEEK })).items.find(
      (one) => one.builderId === builderId,
    );

  async function answered() {
    const { promises } = await api.client.promise.check({});
    const found = promises.find(({ id }) => id === 'contests-are-answered');
    return found ?? expect.fail('it is not promised');
  }

  test('is opened by the person whom it concerns, and by no one else', async () => {
    const judgementId = await judged('b-1');
    const open = (who: Client) => who.contest.create({ judgementId, reason: REASON });
    expect((await refusal(open(client('b-2')))).code).toBe('FORBIDDEN');
    expect((await refusal(open(boss))).code).toBe('FORBIDDEN');
    expect((await refusal(open(api.client))).code).toBe('PERSON_REQUIRED');
    const unknown = client('b-1').contest.create({ judgementId: run.runId, reason: REASON });
    expect((await refusal(unknown)).code).toBe('NOT_FOUND');
    expect((await api.client.contest.list({})).items).toEqual([]);
  });

  test('names facts that the kind has, in values of their type', async () => {
    const judgementId = await judged('b-1');
    const claim = async (facts: { path: string; value: string | number }[]) =>
      (await refusal(client('b-1').contest.create({ judgementId, reason: REASON, facts }))).document?.errors;
    expect(await claim([{ path: 'week.weather', value: 1 }])).toMatchObject([{ field: 'facts.0.path' }]);
    expect(await claim([{ path: 'week.hoursWorked', value: 'many' }])).toMatchObject([
      { field: 'facts.0.value' },
    ]);
    expect(await claim([...RIGHT, ...RIGHT])).toMatchObject([{ field: 'facts.1.path' }]);
  });

  test('does not count while it is open, and counts again as soon as it is withdrawn', async () => {
    const before = await row('b-1');
    const { meanScore } = await api.client.performance.report({ week: SAMPLE_WEEK });
    expect(before).toMatchObject({ contested: false, grade: expect.any(String), score: expect.any(Number) });
    const judgementId = await judged('b-1');
    const opened = await client('b-1').contest.create({ judgementId, reason: REASON });
    expect(opened).toMatchObject({ state: 'open', kind: 'evaluation', isOverdue: false, version: 1 });
    expect(await row('b-1')).toMatchObject({ contested: true, grade: null, score: null });
    expect((await api.client.performance.report({ week: SAMPLE_WEEK })).graded).toBe(5);
    expect(await week('b-1')).toMatchObject({ contested: true, judgement: { judgementId } });
    const { items } = await api.client.evaluation.listResults({ runId: run.runId, builderId: 'b-1' });
    expect(items).toMatchObject([{ contested: true }]);
    const twice = client('b-1').contest.create({ judgementId, reason: REASON });
    expect((await refusal(twice)).code).toBe('CONTEST_REFUSED');
    const seen = { contestId: opened.contestId, version: 1 };
    expect((await refusal(client('b-2').contest.withdraw(seen))).code).toBe('FORBIDDEN');
    expect(await client('b-1').contest.withdraw(seen)).toMatchObject({ state: 'withdrawn' });
    expect(await row('b-1')).toEqual(before);
    expect((await api.client.performance.report({ week: SAMPLE_WEEK })).meanScore).toBe(meanScore);
    const again = await client('b-1').contest.create({ judgementId, reason: REASON });
    await client('b-1').contest.withdraw({ contestId: again.contestId, version: 1 });
    const third = client('b-1').contest.create({ judgementId, reason: REASON });
    expect((await refusal(third)).code).toBe('CONTEST_REFUSED');
  });

  test('is judged anew with the facts that a person accepts, by the rules of that time', async () => {
    const detail = await week('b-2');
    const { evaluationId } = detail;
    const judgementId = detail.judgement?.judgementId ?? '';
    await api.client.evaluation.markNotified({ evaluationId });
    await boss.performance.file({ week: SAMPLE_WEEK, format: 'html' });
    const { contestId, facts } = await client('b-2').contest.create({
      judgementId,
      reason: REASON,
      facts: RIGHT,
    });
    expect(facts).toEqual([{ path: 'week.hoursWorked', name: 'tracked hours', recorded: 20, claimed: 40 }]);
    const { asClaimed } = await boss.contest.get({ contestId });
    expect(asClaimed?.score).toBeGreaterThan(detail.judgement?.score ?? 100);
    const lower = boss.contest.decide({
      ...{ contestId, version: 1, decision: 'change' as const, reason: WHY },
      facts: [{ path: 'week.hoursWorked', value: 19.5 }],
    });
    expect((await refusal(lower)).document?.errors).toMatchObject([
      { field: 'facts', message: expect.stringContaining('which is lower') },
    ]);
    const decided = await boss.contest.decide({
      ...{ contestId, version: 1, decision: 'change' as const, reason: WHY },
      facts: RIGHT,
    });
    expect(decided).toMatchObject({ state: 'changed', decidedBy: 'The boss', decision: WHY });
    expect(decided.sentTo).toMatchObject([
      { what: 'mail', to: 'b-2@sample-company.example' },
      { what: 'report', to: expect.stringMatching(/^user:/) },
    ]);
    const after = await week('b-2');
    expect(after).toMatchObject({
      contested: false,
      judgement: {
        ...{ judgementId: decided.resultId, supersedes: judgementId, engine: 'human', reason: WHY },
        ...{ grade: asClaimed?.grade, score: asClaimed?.score },
      },
    });
    expect(await row('b-2')).toMatchObject({ contested: false, score: asClaimed?.score });
    const { result } = await client('b-2').explanation.get({ judgementId });
    expect(result).toBe(`grade ${detail.judgement?.grade}`);
    const final = client('b-2').contest.create({ judgementId: decided.resultId ?? '', reason: REASON });
    expect((await refusal(final)).code).toBe('CONTEST_REFUSED');
    const notices = await client('b-2').inbox.list({});
    expect(notices.items[0]?.title).toContain('Your contest led to a change');
  });

  test('is decided by another person than who decided before, and never to be worse', async () => {
    const detail = await week('b-3');
    const overridden = await boss.evaluation.override({
      evaluationId: detail.evaluationId,
      judgementId: detail.judgement?.judgementId ?? '',
      ...{ grade: 'D' as const, reason: WHY },
    });
    const judgementId = overridden.judgement?.judgementId ?? '';
    const { contestId } = await client('b-3').contest.create({ judgementId, reason: REASON });
    const decide = (who: Client, change: object) =>
      who.contest.decide({ contestId, version: 1, decision: 'change', reason: WHY, ...change });
    expect((await refusal(decide(boss, { grade: 'B' }))).code).toBe('CONTEST_NOT_YOURS');
    expect((await refusal(decide(api.client, { grade: 'B' }))).code).toBe('PERSON_REQUIRED');
    expect((await refusal(decide(client('b-3'), { grade: 'B' }))).code).toBe('FORBIDDEN');
    expect((await refusal(decide(other, { grade: 'E' }))).document?.errors).toMatchObject([
      { field: 'grade' },
    ]);
    expect((await refusal(decide(other, {}))).document?.errors).toMatchObject([{ field: 'grade' }]);
    const stillOpen = boss.evaluation.override({
      ...{ evaluationId: detail.evaluationId, judgementId, grade: 'A' as const, reason: WHY },
    });
    expect((await refusal(stillOpen)).code).toBe('CONTESTED');
    const decided = await decide(other, { decision: 'uphold' });
    expect(decided).toMatchObject({ state: 'upheld', resultId: null, sentTo: [] });
    expect(await row('b-3')).toMatchObject({ contested: false, grade: 'D' });
    expect((await refusal(decide(other, { decision: 'uphold' }))).code).toBe('CONTEST_STATE');
    const again = client('b-3').contest.create({ judgementId, reason: REASON });
    expect((await refusal(again)).code).toBe('CONTEST_REFUSED');
  });

  test('is seen by its builder and by who may decide', async () => {
    const own = await client('b-2').contest.list({});
    expect(new Set(own.items.map(({ builder }) => builder.builderId))).toEqual(new Set(['b-2']));
    const contestId = own.items[0]?.contestId ?? '';
    expect((await refusal(client('b-3').contest.get({ contestId }))).code).toBe('NOT_FOUND');
    expect((await boss.contest.list({ state: 'upheld' })).items).toMatchObject([{ kind: 'evaluation' }]);
  });

  test('of a project changes its grade, and the week that rests on it is judged anew', async () => {
    const before = await week('b-5');
    const [project] = before.projects;
    const judgementId = project?.judgement.judgementId ?? '';
    const facts = [
      { path: 'week.goalsSet', value: 4 },
      { path: 'week.goalsMet', value: 4 },
    ];
    const { contestId } = await client('b-5').contest.create({ judgementId, reason: REASON, facts });
    expect((await week('b-5')).projects).toMatchObject([{ contested: true }]);
    const decided = await boss.contest.decide({
      ...{ contestId, version: 1, decision: 'change' as const, reason: WHY, facts },
    });
    const after = await week('b-5');
    expect(after.projects).toMatchObject([
      { contested: false, judgement: { judgementId: decided.resultId, supersedes: judgementId } },
    ]);
    expect(after.projects[0]?.score).toBeGreaterThan(project?.score ?? 100);
    expect(after.judgement).toMatchObject({
      supersedes: before.judgement?.judgementId,
      reason: 'Judged anew: the grade of the project Tin Kettle was corrected.',
    });
    expect(after.judgement?.score).toBeGreaterThan(before.judgement?.score ?? 100);
    // Who leads the project later has no part in it.
    await api.client.people.import({ projects: [projectRow({ project_id: 'p-1', builder_id: 'b-4' })] });
    expect(await client('b-5').explanation.get({ judgementId })).toMatchObject({ judgementId });
    expect((await refusal(client('b-4').explanation.get({ judgementId }))).code).toBe('FORBIDDEN');
  });

  test('is reminded of and escalated by its deadline, each once', async () => {
    const inTime = await answered();
    expect(inTime).toMatchObject({
      ...{ holds: true, broken: 0, note: 'Half of the answers came within 1 hour.' },
      checked: (await boss.contest.list({})).items.filter(({ decidedBy }) => decidedBy !== null).length,
    });
    expect(inTime.checked).toBeGreaterThan(2);
    await api.client.tenant.update({ contestDays: 5 });
    const judgementId = await judged('b-4');
    const opened = await client('b-4').contest.create({ judgementId, reason: REASON });
    const days = (Date.parse(opened.dueAt) - Date.parse(opened.openedAt)) / DAY_MS;
    expect(days).toBeGreaterThanOrEqual(7);
    const { clock, contests } = api.context;
    const real = clock.now;
    clock.now = () => new Date(Date.parse(opened.dueAt) - DAY_MS / 2);
    expect(await contests.meetDeadlines(tenantId)).toEqual({ reminded: 1, escalated: 0 });
    expect(await contests.meetDeadlines(tenantId)).toEqual({ reminded: 0, escalated: 0 });
    clock.now = () => new Date(Date.parse(opened.dueAt) + 1000);
    expect(await contests.meetDeadlines(tenantId)).toEqual({ reminded: 0, escalated: 1 });
    expect(await contests.meetDeadlines(tenantId)).toEqual({ reminded: 0, escalated: 0 });
    expect((await boss.contest.list({ overdue: true })).items).toMatchObject([{ isOverdue: true }]);
    expect(await row('b-4')).toMatchObject({ contested: true, grade: null });
    expect(await answered()).toMatchObject({
      ...inTime,
      holds: false,
      checked: inTime.checked + 1,
      broken: 1,
    });
    clock.now = real;
    // Open and before its deadline, it is not counted yet.
    expect(await answered()).toEqual(inTime);
    const titles = (await boss.inbox.list({})).items.map(({ title }) => title);
    expect(titles).toEqual(
      expect.arrayContaining(['A contest is past its deadline', 'A contest waits for a decision']),
    );
  });
});
