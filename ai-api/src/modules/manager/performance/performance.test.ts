import fc from 'fast-check';
import { extractText } from 'unpdf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE_WEEK, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { refusal } from '../../../../test/people.ts';
import { evaluate, smallCompany } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import type { Client } from '../../../catalogue/client.ts';
import { addWeeks } from '../../../platform/week.ts';
import { shiftOf, stabilityIndex } from './shift.ts';
import { trendOf } from './trend.ts';

const WEEKS = [-3, -2, -1, 0].map((back) => addWeeks(SAMPLE_WEEK, back));
const REASON = 'Three weeks in a row below what was agreed.';
const GOALS = [
  { goalId: 'weekly-notes', title: 'A note every week', measure: 'A note of results and plans.' },
];

describe.each(businessDatabases())('performance on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let boss: Client;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase, { DASHBOARDS_URL: 'https://tooljet.example.com/' });
    boss = await staff(api, 'boss@sample-company.example', ['executive'], 'The boss');
    const { builders, metrics } = smallCompany(12);
    await api.client.people.import({
      builders: builders.map((row, index) => ({
        ...row,
        name: index === 2 ? '<b>Bold</b> Łukasz' : row.name,
        team: index < 6 ? 'Orchard' : 'Harbour',
      })),
      // b-1 falls week by week, b-2 fell off a cliff in the newest one.
      metrics: WEEKS.flatMap((week, n) =>
        metrics.map((row) => {
          if (row.builder_id === 'b-1') return { ...row, week, hours_worked: 40 - 11 * n, goals_met: 3 - n };
          if (row.builder_id === 'b-2' && n === 3) return { ...row, week, hours_worked: 5, goals_met: 0 };
          return { ...row, week };
        }),
      ),
    });
    await api.client.tenant.update({ answerWindowHours: 0 });
    for (const week of WEEKS) await evaluate(api.client, { week });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  test('shows a builder how the weeks went, and in which direction', async () => {
    const { weeks, trend, plan } = await api.client.performance.history({ builderId: 'b-1' });
    expect(weeks.map(({ week }) => week)).toEqual(WEEKS.toReversed());
    expect(trend).toMatchObject({ status: 'falling', weeks: 4 });
    expect(plan).toBeNull();
    const short = await api.client.performance.history({ builderId: 'b-1', weeks: 2 });
    expect(short.trend).toEqual({ status: 'not enough data', perWeek: null, weeks: 2 });
    expect((await refusal(api.client.performance.history({ builderId: 'b-99' }))).code).toBe('NOT_FOUND');
  });

  test('shows a team page by page, with reasons to look', async () => {
    const first = await api.client.performance.team({ team: 'Orchard', limit: 4 });
    const rest = await api.client.performance.team({ team: 'Orchard', cursor: first.nextCursor as string });
    const rows = [...first.items, ...rest.items];
    expect(rows.map(({ builderId }) => builderId)).toEqual(['b-1', 'b-2', 'b-3', 'b-4', 'b-5', 'b-6']);
    expect(rows[0]?.attention.some((reason) => reason.startsWith('Falls by'))).toBe(true);
    expect(rows[1]?.change).toBeLessThan(-15);
    expect(rows[1]?.attention.some((reason) => reason.startsWith('Fell by'))).toBe(true);
    expect(rows[3]?.attention).toEqual([]);
  });

  test('reports a week to executives, as data, e-mail and PDF', async () => {
    const report = await api.client.performance.report({});
    expect(report).toMatchObject({ week: SAMPLE_WEEK, status: 'complete', builders: 12, graded: 12 });
    expect(report.meanScore).toBeLessThan(report.meanScoreBefore as number);
    expect(report.attention.map(({ builderId }) => builderId).toSorted()).toEqual(['b-1', 'b-2']);
    const { html, text, subject } = await api.client.performance.file({ format: 'html' });
    expect(subject).toBe(`The week ${SAMPLE_WEEK}: 2 people need attention`);
    const page = 'https://tooljet.example.com/applications/ai-manager-executive/performance';
    expect(html).toContain(`${page}?builder=${report.attention[0]?.builderId}`);
    expect(html).not.toContain('<b>Bold');
    expect(text).toContain('Needs attention');
    const { url } = await api.client.performance.file({ format: 'pdf', team: 'Orchard' });
    const { pathname, search } = new URL(url as string);
    const pdf = await fetch(`${api.url}${pathname}${search}`);
    expect(pdf.headers.get('content-type')).toBe('application/pdf');
    const read = await extractText(new Uint8Array(await pdf.arrayBuffer()), { mergePages: true });
    expect(read.text).toContain('<b>Bold</b> Łukasz');
    const none = await api.client.performance.report({ week: '2020-W01' });
    expect(none).toMatchObject({ status: 'not enough data', builders: 0, meanScore: null, attention: [] });
  });

  test('is held against the run before, and says what it did not check', async () => {
    const { shift, swaps, before } = await api.client.performance.fairness({});
    expect(before).toBe(WEEKS[2]);
    expect(shift.map(({ group, status }) => [group, status])).toEqual([
      ['all', 'stable'],
      ['Harbour', 'not enough data'],
      ['Orchard', 'not enough data'],
    ]);
    expect(swaps).toMatchObject({ status: 'not checked', checked: 0 });
    expect(swaps.reason).toContain('No model is configured');
    expect((await refusal(api.client.performance.fairness({ week: '2020-W01' }))).code).toBe('NOT_FOUND');
  });

  test('is agreed on in a plan, one at a time, that is checked on, extended and ended', async () => {
    const given = {
      builderId: 'b-1',
      reason: REASON,
      goals: GOALS,
      startsOn: '2026-11-16',
      endsOn: '2026-12-14',
    };
    expect((await refusal(api.client.plan.create(given))).code).toBe('PERSON_REQUIRED');
    const wrong = await refusal(boss.plan.create({ ...given, endsOn: '2026-11-16' }));
    expect(wrong.document?.errors?.[0]?.field).toBe('endsOn');
    const answers = await Promise.allSettled([boss.plan.create(given), boss.plan.create(given)]);
    const made = answers.find((answer) => answer.status === 'fulfilled')?.value;
    expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    const { planId = '' } = made ?? {};
    const unknown = api.client.plan.checkIn({
      planId,
      version: 1,
      note: 'Going well.',
      progress: [{ goalId: 'other', percent: 10 }],
    });
    expect((await refusal(unknown)).document?.errors?.[0]?.field).toBe('progress.0.goalId');
    const noted = await api.client.plan.checkIn({
      planId,
      version: 1,
      note: 'The first note is there.',
      progress: [{ goalId: 'weekly-notes', percent: 25 }],
    });
    expect(noted).toMatchObject({ version: 2, checkIns: [{ progress: [{ percent: 25 }] }] });
    const extended = await api.client.plan.extend({
      planId,
      version: 2,
      endsOn: '2027-01-11',
      reason: 'Two weeks of leave.',
    });
    expect(extended).toMatchObject({ endsOn: '2027-01-11', version: 3 });
    expect((await api.client.performance.history({ builderId: 'b-1' })).plan?.planId).toBe(planId);
    const team = await api.client.performance.team({ team: 'Orchard', limit: 1 });
    expect(team.items[0]?.plan).toEqual({ planId, endsOn: '2027-01-11' });
    const end = { planId, status: 'met' as const, outcome: 'A note every week since then.' };
    expect((await refusal(api.client.plan.close({ ...end, version: 2 }))).code).toBe('CONFLICT');
    const failed = api.client.plan.close({ ...end, status: 'not_met', version: 3 });
    expect((await refusal(failed)).code).toBe('PERSON_REQUIRED');
    expect(await api.client.plan.close({ ...end, version: 3 })).toMatchObject({ status: 'met' });
    expect((await refusal(api.client.plan.checkIn({ planId, version: 4, note: 'Late.' }))).code).toBe(
      'CONFLICT',
    );
    expect((await api.client.plan.list({ builderId: 'b-1', status: 'met' })).items).toHaveLength(1);
    await boss.plan.create(given);
  });
});

describe('a trend', () => {
  test('is the slope of the line of least squares', () => {
    const points = [50, 60, 70].map((score, at) => ({ at, score }));
    expect(trendOf(points)).toEqual({ status: 'rising', perWeek: 10, weeks: 3 });
    expect(trendOf([...points, { at: 3, score: 30 }])).toMatchObject({ status: 'falling', perWeek: -5 });
  });

  test('does not depend on the order of weeks or on when they began', () => {
    const point = fc.record({ at: fc.integer({ min: 0, max: 50 }), score: fc.integer({ min: 0, max: 100 }) });
    const points = fc.uniqueArray(point, { minLength: 3, maxLength: 12, selector: ({ at }) => at });
    fc.assert(
      fc.property(points, fc.integer({ min: -500, max: 500 }), (given, shift) => {
        const moved = given.toReversed().map(({ at, score }) => ({ at: at + shift, score }));
        expect(trendOf(moved).status).toBe(trendOf(given).status);
      }),
    );
  });
});

describe('a shift of scores', () => {
  const many = (score: number) => Array.from({ length: 20 }, () => score);

  test('is none between equal populations, and told between others', () => {
    expect(shiftOf(many(80), many(80))).toMatchObject({ status: 'stable', psi: 0, meanChange: 0 });
    expect(shiftOf(many(50), many(80))).toMatchObject({ status: 'shifted', meanChange: -30 });
    expect(shiftOf(many(50).slice(0, 9), many(80)).status).toBe('not enough data');
  });

  test('is never negative, and the same in both directions', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 10, maxLength: 60 });
    fc.assert(
      fc.property(scores, scores, (a, b) => {
        expect(stabilityIndex(a, b)).toBeGreaterThanOrEqual(-1e-12);
        expect(stabilityIndex(a, b)).toBeCloseTo(stabilityIndex(b, a), 10);
      }),
    );
  });
});
