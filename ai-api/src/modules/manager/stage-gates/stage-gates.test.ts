import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { publishedEvents } from '../../../../test/events.ts';
import { builderRow, projectRow, refusal } from '../../../../test/people.ts';
import { staff } from '../../../../test/staff.ts';
import type { Client } from '../../../catalogue/client.ts';
import { HOUR_MS } from '../../../platform/durations.ts';
import { addWeeks, weekOf } from '../../../platform/week.ts';

const SHOWN = 'Two clinics signed paid pilots; the contracts are in the data room, dated May.';
const WHY = 'I read both contracts; they commit money for six months.';

describe.each(businessDatabases())('a stage gate on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let judge: Client;
  let lead: Client;
  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    judge = await staff(api, 'judge@sample-company.example', ['executive'], 'The judge');
    lead = await staff(api, builderRow().email, ['builder', 'executive'], 'The lead');
    await staff(api, 'reader@sample-company.example', ['reviewer'], 'The reviewer');
    const project = (project_id: string, cells: object) =>
      projectRow({ project_id, stage_history: null, tam_usd: '250000000', ...cells });
    await api.client.people.import({
      builders: [builderRow()],
      projects: [
        project('v-1', { stage: 'validation' }),
        project('v-small', { stage: 'validation', tam_usd: '1000000' }),
        project('v-late', { stage: 'validation', tam_usd: '1000000' }),
        project('v-unknown', { stage: 'validation', tam_usd: '' }),
        project('b-1', { stage: 'build' }),
        project('g-1', { stage: 'growth' }),
      ],
      projectMetrics: [0, -1, -2].map((back) => ({
        project_id: 'b-1',
        week: addWeeks(weekOf(new Date()), back - 1),
        goals_set: 4,
        goals_met: 3,
        active_users: 40 + 10 * back,
        revenue_usd: 0,
      })),
    });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const evaluate = (projectId: string, evidence?: string) =>
    api.client.stageGate.evaluate({ projectId, evidence });

  test('counts four weeks, also when the current week has figures already', async () => {
    await api.client.people.import({
      projects: [projectRow({ project_id: 'l-1', stage: 'launch', stage_history: null })],
      projectMetrics: [0, -1, -2, -3, -4].map((back) => ({
        project_id: 'l-1',
        week: addWeeks(weekOf(new Date()), back),
        ...{ goals_set: 2, goals_met: 1, active_users: 40, revenue_usd: 0 },
      })),
    });
    const { items } = await api.client.stageGate.list({});
    await api.client.stageGate.save({
      ...{ fromStage: 'launch', toStage: 'growth', name: 'Four weeks' },
      criteria: [
        {
          kind: 'measure',
          id: 'weeks',
          title: 'Weeks',
          when: 'recent.weeks == 4.0 && recent.goalsSet == 8.0',
        },
      ],
      expectedVersion: items.find(({ fromStage }) => fromStage === 'launch')?.version ?? 0,
    });
    expect((await evaluate('l-1')).criteria).toMatchObject([{ id: 'weeks', score: 100 }]);
  });

  test('proposes that a project stays that fails a measure, whatever it has to show, until a person decides', async () => {
    const { evaluationId, version, ...proposed } = await evaluate('v-small', SHOWN);
    expect(proposed).toMatchObject({
      can_progress: false,
      decision: 'review',
      proposal: { outcome: 'hold' },
      judgement: { outcome: null, confidence: 1, engine: 'rules' },
    });
    expect(proposed.feedback).toContain('The market is below $100 million.');
    const listed = await api.client.stageGate.listEvaluations({ proposed: true });
    expect(listed.items.map((item) => item.evaluationId)).toContain(evaluationId);
    const seen = { evaluationId, version };
    expect((await refusal(api.client.stageGate.confirm(seen))).code).toBe('PERSON_REQUIRED');
    const held = await judge.stageGate.confirm(seen);
    expect(held).toMatchObject({
      can_progress: false,
      decision: 'hold',
      proposal: null,
      judgement: { engine: 'human', outcome: 'hold', decidedBy: 'The judge' },
    });
    const again = { ...seen, version: held.version };
    expect((await refusal(judge.stageGate.confirm(again))).code).toBe('CONFLICT');
  });

  test('reminds once of a proposal near its deadline, unless a person has decided', async () => {
    const waits = await evaluate('v-late');
    const confirmed = await evaluate('v-late');
    await judge.stageGate.confirm({ evaluationId: confirmed.evaluationId, version: confirmed.version });
    const { tenantId } = await api.client.identity.whoami({});
    const { clock, stageGates, database } = api.context;
    const { now } = clock;
    const remindIn = async (hours: number) => {
      clock.now = () => new Date(Date.now() + hours * HOUR_MS);
      return stageGates.remind(tenantId);
    };
    try {
      expect([await remindIn(23), await remindIn(25), await remindIn(49)]).toEqual([0, 1, 0]);
    } finally {
      clock.now = now;
    }
    expect(await publishedEvents(database, 'stage-gate.reminder')).toEqual([
      {
        ...{ evaluationId: waits.evaluationId, projectId: 'v-late', toStage: 'build', proposal: 'hold' },
        dueAt: waits.proposal?.dueAt,
      },
    ]);
    const { items } = await api.client.notification.list({});
    const [title] = items.map((item) => item.title);
    expect(title).toMatch(/: a proposal at the gate to build waits$/);
    // Not the lead: they may not decide at a gate of their own project.
    expect(items.map(({ name, ...item }) => [name, item.title]).toSorted()).toEqual([
      ['The judge', title],
      ['The reviewer', title],
    ]);
    // A reminder is no change: the version that the decider saw is still the newest.
    const seen = { evaluationId: waits.evaluationId, version: waits.version };
    expect((await judge.stageGate.confirm(seen)).decision).toBe('hold');
  });

  test('names what is missing when it cannot tell', async () => {
    const { can_progress, decision, missingEvidence } = await evaluate('v-unknown');
    expect([can_progress, decision]).toEqual([false, 'review']);
    expect(missingEvidence).toEqual([
      { criterionId: 'market', missing: ['project.tamUsd'] },
      { criterionId: 'pace', missing: ['project.daysInStage'] },
      { criterionId: 'demand', missing: ['evidence.text'] },
    ]);
  });

  test('leaves to a reviewer what takes reading, and lets the project go on by their answer', async () => {
    const first = await evaluate('v-1', SHOWN);
    expect(first).toMatchObject({ fromStage: 'validation', toStage: 'build', decision: 'review' });
    const answer = { evaluationId: first.evaluationId, criterionId: 'demand', met: true, reason: WHY };
    const measure = api.client.stageGate.review({ ...answer, version: 1, criterionId: 'market' });
    expect((await refusal(measure)).document?.errors?.[0]?.field).toBe('criterionId');
    const reviewed = await api.client.stageGate.review({ ...answer, version: 1 });
    expect(reviewed).toMatchObject({ can_progress: true, decision: 'progress', version: 2 });
    expect(reviewed.judgement).toMatchObject({ engine: 'human', supersedes: first.judgement.judgementId });
    expect((await refusal(api.client.stageGate.review({ ...answer, version: 1 }))).code).toBe('CONFLICT');
    const against = { ...answer, met: false, version: 2 };
    expect((await refusal(api.client.stageGate.review(against))).code).toBe('PERSON_REQUIRED');
    const turned = await judge.stageGate.review(against);
    expect([turned.can_progress, turned.decision]).toEqual([false, 'hold']);
  });

  test('is neither reviewed nor waived by who leads the project', async () => {
    const { evaluationId, version } = await evaluate('v-1', SHOWN);
    const seen = { evaluationId, version, reason: WHY };
    const review = lead.stageGate.review({ ...seen, criterionId: 'demand', met: true });
    expect((await refusal(review)).code).toBe('FORBIDDEN');
    expect((await refusal(lead.stageGate.waive(seen))).code).toBe('FORBIDDEN');
    // Nor by who led it when it was judged, once another person leads it.
    const handOver = (builder_id: string) =>
      api.client.people.import({
        projects: [
          projectRow({
            project_id: 'v-1',
            stage: 'validation',
            stage_history: null,
            tam_usd: '250000000',
            builder_id,
          }),
        ],
      });
    const next = builderRow({
      builder_id: 'x-next',
      email: 'next@sample-company.example',
      name: 'Next Lead',
    });
    await api.client.people.import({ builders: [next] });
    await handOver('x-next');
    expect((await refusal(lead.stageGate.waive(seen))).code).toBe('FORBIDDEN');
    await handOver(builderRow().builder_id);
  });

  test('measures the last weeks of a project', async () => {
    const { criteria } = await evaluate('b-1');
    const scores = Object.fromEntries(criteria.map(({ id, score }) => [id, score]));
    expect(scores).toEqual({ goals: 100, users: 100, operations: null });
  });

  test('may be waived by an executive, and the results stay', async () => {
    const { evaluationId, version } = await evaluate('v-small');
    const short = api.client.stageGate.waive({ evaluationId, version, reason: 'ok' });
    expect((await refusal(short)).status).toBe(422);
    const waived = await api.client.stageGate.waive({
      evaluationId,
      version,
      reason: 'A strategic customer asked for it; we accept the small market.',
    });
    expect(waived).toMatchObject({ can_progress: true, decision: 'review', waiver: { by: 'bootstrap' } });
    const { items } = await api.client.stageGate.listEvaluations({ projectId: 'v-small', waived: true });
    expect(items.map((item) => item.evaluationId)).toEqual([evaluationId]);
  });

  test('keeps the history of a project', async () => {
    const { items, nextCursor } = await api.client.stageGate.listEvaluations({
      projectId: 'v-small',
      limit: 1,
    });
    const rest = await api.client.stageGate.listEvaluations({
      projectId: 'v-small',
      cursor: nextCursor as string,
    });
    const all = [...items, ...rest.items];
    expect(all).toHaveLength(2);
    expect(await api.client.stageGate.getEvaluation({ evaluationId: all[1]?.evaluationId ?? '' })).toEqual(
      all[1],
    );
  });

  test('is there for every stage but the last, and for known projects only', async () => {
    expect((await refusal(evaluate('g-1'))).code).toBe('STAGE_GATE_MISSING');
    expect((await refusal(evaluate('nobody'))).code).toBe('NOT_FOUND');
    expect((await api.client.stageGate.list({})).items).toHaveLength(4);
  });

  test('is changed by one of two people at once, and never to something that cannot be judged', async () => {
    const criterion = {
      kind: 'measure' as const,
      id: 'market',
      title: 'Market',
      when: 'project.tamUsd >= 1000.0',
    };
    const gate = { fromStage: 'validation' as const, toStage: 'build' as const, name: 'Anything goes' };
    const save = (change: object, expectedVersion = 1) =>
      api.client.stageGate.save({ ...gate, criteria: [{ ...criterion, ...change }], expectedVersion });
    const broken = await refusal(save({ when: 'project.tamEur > 1.0' }));
    expect([broken.code, broken.document?.errors?.[0]?.field]).toEqual(['RULE_INVALID', 'criteria.0.when']);
    const lenient = await refusal(save({ required: false }));
    expect(lenient.document?.errors?.[0]?.field).toBe('criteria');
    const answers = await Promise.allSettled([save({}), save({})]);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await evaluate('v-small')).can_progress).toBe(true);
  });

  test('confirms that a project may advance where engines only propose', async () => {
    const set = (mode: 'on' | 'propose') => judge.oversight.set({ kind: 'stage-gate', mode, reason: WHY });
    await set('propose');
    const { evaluationId, version, ...ready } = await evaluate('v-small');
    expect(ready).toMatchObject({
      ...{ can_progress: false, decision: 'review' },
      proposal: {
        outcome: 'progress',
        reasons: ['Engines only propose for now: progress.', expect.any(String)],
      },
    });
    const confirmed = await judge.stageGate.confirm({ evaluationId, version });
    expect(confirmed).toMatchObject({ can_progress: true, decision: 'progress', proposal: null });
    await set('on');
  });
});
