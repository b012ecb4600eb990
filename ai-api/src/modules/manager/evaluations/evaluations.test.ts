import { parse } from 'csv-parse/sync';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE_WEEK, sampleCompany, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { completed, evaluate, everyItem, problem, type Run } from '../../../../test/runs.ts';
import type { ApiError, Client } from '../../../catalogue/client.ts';
import { addWeeks, weekOf } from '../../../platform/week.ts';

const csv = (text: string) => parse(text, { columns: true, bom: true }) as Record<string, string>[];
const company = sampleCompany();
const builders = csv(company.builders);
const metrics = csv(company.metrics).filter(({ week }) => week === SAMPLE_WEEK);

describe.each(businessDatabases())('the weekly evaluation on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let client: Client;
  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    client = api.client;
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  describe('before any import', () => {
    test('cannot be started, and leaves no run behind', async () => {
      const answers = [1, 2, 3].map(() => problem(client.evaluation.startWeekly({})));
      for (const answer of await Promise.all(answers)) {
        expect(answer).toEqual({ status: 409, code: 'NOTHING_TO_EVALUATE' });
      }
      expect((await client.evaluation.listRuns({})).items).toEqual([]);
    });
  });

  test.each([
    ['2026-W54', 'INVALID_INPUT'],
    ['2025-W53', 'INVALID_INPUT'],
    ['2026-W00', 'INVALID_INPUT'],
    ['2026-45', 'INVALID_INPUT'],
    [addWeeks(weekOf(new Date()), 2), 'WEEK_INVALID'],
    ['9999-W01', 'WEEK_INVALID'],
  ])('refuses the week %s', async (week, code) => {
    expect(await problem(client.evaluation.startWeekly({ week }))).toEqual({ status: 422, code });
  });

  test('does not know invented ids', async () => {
    const runId = uuidv7();
    const evaluationId = uuidv7();
    const override = {
      evaluationId,
      judgementId: uuidv7(),
      grade: 'A',
      reason: 'Because I say so.',
    } as const;
    const calls = [
      () => client.evaluation.getRun({ runId }),
      () => client.evaluation.listResults({ runId }),
      () => client.evaluation.listEmails({ runId }),
      () => client.evaluation.retry({ runId }),
      () => client.evaluation.get({ evaluationId }),
      () => client.evaluation.markNotified({ evaluationId }),
      () => client.evaluation.override(override),
    ];
    for (const call of calls) expect(await problem(call())).toEqual({ status: 404, code: 'NOT_FOUND' });
    expect(await problem(client.evaluation.getRun({ runId: 'run-1' }))).toMatchObject({ status: 422 });
  });

  describe('of the sample company', () => {
    let run: Run;
    let started: Awaited<ReturnType<Client['evaluation']['startWeekly']>>[];
    beforeAll(async () => {
      await client.people.import(company);
      const starts = Array.from({ length: 10 }, () => client.evaluation.startWeekly({ week: SAMPLE_WEEK }));
      started = await Promise.all(starts);
      run = await completed(client, (started[0] as Run).runId);
    });

    const results = (filter: Omit<Parameters<Client['evaluation']['listResults']>[0], 'runId'> = {}) =>
      everyItem((page) => client.evaluation.listResults({ runId: run.runId, limit: 7, ...filter, ...page }));

    test('started ten times at once is one run', async () => {
      expect(new Set(started.map(({ runId }) => runId)).size).toBe(1);
      expect(started.filter(({ created }) => created)).toHaveLength(1);
      expect((await client.evaluation.listRuns({ week: SAMPLE_WEEK })).items).toEqual([run]);
      expect(started.find(({ created }) => created)).toMatchObject({
        week: SAMPLE_WEEK,
        status: 'running',
        builders: 75,
        pending: 75,
        judged: 0,
        engine: 'rules',
        completedAt: null,
      });
    });

    test('ends with 75 builders and 97 projects judged', () => {
      expect(run).toMatchObject({
        status: 'completed',
        dryRun: false,
        builders: 75,
        pending: 0,
        judged: 75,
        failed: 0,
        projects: 97,
        notified: 0,
        failures: [],
      });
      expect(Object.values(run.grades).reduce((sum, count) => sum + count, 0)).toBe(75);
      expect(Object.keys(run.grades).length).toBeGreaterThanOrEqual(4);
    });

    test('started again answers the first run', async () => {
      expect(await client.evaluation.startWeekly({ week: SAMPLE_WEEK })).toEqual({ ...run, created: false });
    });

    test('lists every builder exactly once, page by page', async () => {
      const ids = (await results()).map(({ builderId }) => builderId);
      expect(ids).toEqual(builders.map(({ builder_id }) => builder_id).toSorted());
      const projects = (await results()).flatMap((result) => result.projects);
      expect(new Set(projects.map(({ projectId }) => projectId)).size).toBe(97);
    });

    test('lists by status, grade and need for review', async () => {
      const all = await results();
      expect(await results({ status: 'judged' })).toEqual(all);
      expect(await results({ status: 'failed' })).toEqual([]);
      for (const [grade, count] of Object.entries(run.grades)) {
        const graded = await results({ grade: grade as 'A' });
        expect(graded).toEqual(all.filter((result) => result.grade === grade));
        expect(graded).toHaveLength(count);
      }
      const review = await results({ needsReview: true });
      expect(review).toHaveLength(run.needsReview);
      expect(review).toEqual(all.filter(({ needsReview }) => needsReview));
      expect(await results({ needsReview: false })).toEqual(all.filter(({ needsReview }) => !needsReview));
      expect(await results({ needsReview: true, grade: 'A' })).toEqual(
        review.filter(({ grade }) => grade === 'A'),
      );
    });

    test('refuses a cursor that is not one of its own', async () => {
      const call = client.evaluation.listResults({ runId: run.runId, cursor: 'nonsense' });
      expect(await problem(call)).toEqual({ status: 422, code: 'INVALID_INPUT' });
    });

    test('shows for every builder what each score rests on, and that rules decided', async () => {
      for (const { evaluationId, builderId, grade, score, feedback, engine, projects } of await results()) {
        const detail = await client.evaluation.get({ evaluationId });
        expect(detail).toMatchObject({
          runId: run.runId,
          week: SAMPLE_WEEK,
          status: 'judged',
          attempts: 1,
          builder: { builderId },
          judgement: {
            kind: 'evaluation',
            grade,
            score,
            feedback,
            engine: 'rules',
            model: null,
            prompt: null,
          },
        });
        expect(engine).toBe('rules');
        expect(detail.projects.map(({ judgement: _, ...rest }) => rest)).toEqual(projects);
        for (const judgement of [detail.judgement, ...detail.projects.map((entry) => entry.judgement)]) {
          expect(judgement?.engine).toBe('rules');
          expect(judgement?.modelFailure).toBeNull();
          for (const { verdict, evidence, rule, decidedBy } of judgement?.criteria ?? []) {
            if (verdict !== 'scored') continue;
            expect(decidedBy).toBe('rules');
            expect(rule?.version).toBe(1);
            expect(evidence.length).toBeGreaterThan(0);
            expect(evidence.every(({ value }) => value !== null)).toBe(true);
          }
        }
      }
    });

    test('gives people on leave no grade, and needs no review of them', async () => {
      const away = builders.filter(({ status }) => status === 'on_leave').map(({ builder_id }) => builder_id);
      expect(away.length).toBeGreaterThan(0);
      const theirs = (await results()).filter(({ builderId }) => away.includes(builderId));
      expect(theirs).toHaveLength(away.length);
      for (const result of theirs) {
        expect(result).toMatchObject({ grade: 'insufficient evidence', score: null, needsReview: false });
        expect(result.feedback).toContain('No grade this week, and none is needed.');
      }
    });

    test('asks a person to look at figures that contradict each other', async () => {
      const away = new Set(
        builders.filter(({ status }) => status === 'on_leave').map(({ builder_id }) => builder_id),
      );
      const contradictory = metrics.filter((row) => {
        const [hours, days, set, met] = [row.hours_worked, row.active_days, row.goals_set, row.goals_met].map(
          (cell) => (cell === '' ? Number.NaN : Number(cell)),
        ) as [number, number, number, number];
        const odd = met > set || hours > 100 || (hours === 0 && met > 0) || (days >= 6 && hours < 6);
        return odd && !away.has(row.builder_id as string);
      });
      expect(contradictory.length).toBeGreaterThanOrEqual(4);
      const flagged = await results({ needsReview: true });
      for (const { builder_id } of contradictory) {
        const result = flagged.find(({ builderId }) => builderId === builder_id);
        const detail = await client.evaluation.get({ evaluationId: result?.evaluationId as string });
        const { judgement } = detail;
        expect(judgement?.reviewReasons.join(' ')).toMatch(/cannot both be right|cannot be right|although/);
        expect(judgement?.feedback).toMatch(/being checked and (is|are) not scored/);
        for (const { reason, weight } of judgement?.criteria ?? [])
          if (judgement?.reviewReasons.includes(reason)) expect(weight).toBe(0);
      }
    });

    test('gives those without figures no made-up score', async () => {
      const without = new Set(metrics.map(({ builder_id }) => builder_id));
      const nothing = builders.filter(
        ({ builder_id, status }) => status === 'active' && !without.has(builder_id),
      );
      const theirs = (await results()).filter(({ builderId }) =>
        nothing.some(({ builder_id }) => builder_id === builderId),
      );
      expect(theirs.length).toBeGreaterThan(0);
      for (const result of theirs) {
        expect(result).toMatchObject({ grade: 'insufficient evidence', score: null, needsReview: true });
      }
    });

    test('may be repeated as a dry run, which is not the official one, announces and sends nothing', async () => {
      const [first, second] = [
        await evaluate(client, { dryRun: true }),
        await evaluate(client, { dryRun: true }),
      ];
      expect(first).toMatchObject({ dryRun: true, judged: 75, projects: 97, grades: run.grades });
      expect(second.runId).not.toBe(first.runId);
      expect((await client.evaluation.listEmails({ runId: first.runId, unsent: false })).items).toEqual([]);
      const events = await api.context.database
        .system('the test looks behind the API')
        .selectFrom('events.outbox')
        .where('type', '=', 'evaluation.run.completed')
        .select(['type', 'data'])
        .execute();
      expect(events).toEqual([
        {
          type: 'evaluation.run.completed',
          data: {
            runId: run.runId,
            week: SAMPLE_WEEK,
            judged: 75,
            failed: 0,
            projects: 97,
            engine: 'rules',
            notices: run.notices,
            completedAt: run.completedAt,
          },
        },
      ]);
      const runs = await everyItem((page) => client.evaluation.listRuns({ limit: 1, ...page }));
      expect(runs.map(({ runId }) => runId)).toEqual([second.runId, first.runId, run.runId]);
    });

    test('leaves the official run of a week free when it was a dry run', async () => {
      const week = addWeeks(SAMPLE_WEEK, -1);
      await evaluate(client, { week, dryRun: true });
      const official = await client.evaluation.startWeekly({ week });
      expect(official).toMatchObject({ created: true, dryRun: false, week });
      await completed(client, official.runId);
    });

    test('defaults to the newest week with figures', async () => {
      expect(addWeeks(weekOf(new Date()), -1) > SAMPLE_WEEK).toBe(true);
      expect(await client.evaluation.startWeekly({})).toMatchObject({ week: SAMPLE_WEEK, created: false });
    });

    test('of a week in which no builder has figures is refused, and sends nothing', async () => {
      const week = addWeeks(SAMPLE_WEEK, 1);
      const refusal = client.evaluation
        .startWeekly({ week })
        .catch(({ code, message }: ApiError) => ({ code, message }));
      expect(await refusal).toEqual({
        code: 'WEEK_EMPTY',
        message: expect.stringContaining(`The newest week with figures is ${SAMPLE_WEEK}.`),
      });
      expect((await client.evaluation.listRuns({ week })).items).toEqual([]);
      const allowed = await client.evaluation.startWeekly({ week, allowEmpty: true });
      expect(await completed(client, allowed.runId)).toMatchObject({
        grades: { 'insufficient evidence': 75 },
        notices: ['75 of 75 builders lack weekly figures. Check the sources and the import.'],
      });
    });

    test('has one e-mail for each builder until it is marked as sent', async () => {
      const emails = (unsent?: boolean) =>
        everyItem((page) => client.evaluation.listEmails({ runId: run.runId, limit: 20, unsent, ...page }));
      const all = await emails();
      expect(all.map(({ to }) => to).toSorted()).toEqual(builders.map(({ email }) => email).toSorted());
      for (const { subject, html, text, replyTo } of all) {
        expect(subject).toMatch(/^Your week 2026-W46(: grade [A-E])?$/);
        expect(html).toContain('Decided by rules only, without a model.');
        expect(text).toContain('Decided by rules only, without a model.');
        // No mailbox is read here, so no reply is invited.
        expect(replyTo).toBeNull();
        expect(html + text).not.toContain('answer this e-mail');
      }
      const [first] = all as [(typeof all)[number]];
      const notified = await client.evaluation.markNotified({ evaluationId: first.evaluationId });
      expect(await client.evaluation.markNotified({ evaluationId: first.evaluationId })).toEqual(notified);
      expect(await emails()).toEqual(all.slice(1));
      expect(await emails(false)).toEqual(all);
      expect(await client.evaluation.getRun({ runId: run.runId })).toMatchObject({ notified: 1 });
      expect(await client.evaluation.get({ evaluationId: first.evaluationId })).toMatchObject(notified);
    });
  });
});
