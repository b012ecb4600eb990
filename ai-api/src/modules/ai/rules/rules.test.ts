import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { refusal } from '../../../../test/people.ts';
import { evaluate, smallCompany } from '../../../../test/runs.ts';
import { NOW, trackedCompany } from '../../../../test/time.ts';
import { seedRules } from '../../../judgement/rule-store.ts';

const HOURS = {
  key: 'hours-on-plan',
  criterion: 'hours',
  priority: 20,
  when: 'week.hoursWorked >= 0.95 * builder.plannedHours',
  score: 100,
  weight: 20,
  message: '{week.hoursWorked} hours against {builder.plannedHours} planned.',
};

describe.each(businessDatabases())('rules on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    const { builders, metrics } = smallCompany(4);
    await api.client.people.import({ builders, metrics });
    await evaluate(api.client);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  test('say what they may speak about, for a form to offer', async () => {
    const { items } = await api.client.rule.listKinds({});
    expect(items.map(({ kind }) => kind)).toEqual([
      'approval',
      'commit-link',
      'evaluation',
      'project-evaluation',
    ]);
    const approval = items[0];
    expect(approval?.decides).toEqual({ yes: 'approve', no: 'reject' });
    expect(approval?.facts).toContainEqual({
      path: 'request.justification',
      type: 'text',
      description: 'what the builder says was done',
      example: 'Reviewed the pilot contract on paper during the flight.',
      untrusted: true,
    });
    const { nextCursor } = await api.client.rule.listKinds({ limit: 1 });
    const second = await api.client.rule.listKinds({ limit: 1, cursor: nextCursor as string });
    expect(second.items.map(({ kind }) => kind)).toEqual(['commit-link']);
  });

  test('that a newer default replaced are switched off at the next start, unless the company changed them', async () => {
    const { identity, database, config } = api.context;
    const tenantId = await identity.ensureTenant(config.TENANT);
    const old = { ...HOURS, key: 'data-hours-days', criterion: 'data', weight: 0, review: false };
    await database.withTenant(tenantId, (transaction) => seedRules(transaction, 'evaluation', [old]));
    const newest = async () =>
      (await api.client.rule.list({ kind: 'evaluation', search: 'data-hours-days' })).items[0];
    expect(await newest()).toMatchObject({ version: 1, enabled: true });
    const restart = async () => {
      await api.stop();
      api = await startApi(testDatabase);
    };
    await restart();
    expect(await newest()).toMatchObject({
      version: 2,
      enabled: false,
      comment: 'Replaced by hours-against-days',
    });
    const own = { kind: 'evaluation', rule: old, expectedVersion: 2, comment: 'We keep it' };
    await api.client.rule.save(own);
    await restart();
    expect(await newest()).toMatchObject({ version: 3, enabled: true });
    await api.client.rule.save({ ...own, expectedVersion: 3, enabled: false });
  });

  test('are listed by kind and page, and found by their words', async () => {
    const first = await api.client.rule.list({ kind: 'evaluation', limit: 5 });
    expect(first.items).toHaveLength(5);
    const rest = await api.client.rule.list({ kind: 'evaluation', cursor: first.nextCursor as string });
    expect(rest.items.some(({ key }) => first.items.some((item) => item.key === key))).toBe(false);
    const found = await api.client.rule.list({ search: 'healthy for long' });
    expect(found.items.map(({ key, inForce }) => [key, inForce])).toEqual([['hours-overload', true]]);
    expect((await refusal(api.client.rule.list({ kind: 'astrology' }))).code).toBe('NOT_FOUND');
  });

  test.each([
    ['an unknown fact', { when: 'week.hourzWorked > 1.0' }, 'when', 'hourzWorked'],
    ['a broken expression', { when: 'week.hoursWorked >' }, 'when', ''],
    ['a criterion that is none', { criterion: 'luck' }, 'criterion', 'is not a criterion'],
    ['an unknown fact in the message', { message: 'Oh {week.mood}' }, 'message', 'mood'],
    ['numbers held against texts', { when: "week.hoursWorked == 'many'" }, 'when', ''],
  ])('are refused with %s, at the character', async (_what, change, field, words) => {
    const given = { kind: 'evaluation', rule: { ...HOURS, ...change } };
    const { valid, fault } = await api.client.rule.check(given);
    expect([valid, fault?.field]).toEqual([false, field]);
    expect(fault?.message).toContain(words);
    const error = await refusal(
      api.client.rule.save({ ...given, expectedVersion: 1, comment: 'Trying it out.' }),
    );
    expect([error.status, error.code]).toEqual([422, 'RULE_INVALID']);
    expect(error.document?.errors?.[0]?.field).toBe(`rule.${field}`);
    expect(error.document?.errors?.[0]?.message).toMatch(/^character \d+: /);
  });

  test('show before they are saved which past judgements they would change', async () => {
    const before = await api.client.rule.list({ kind: 'evaluation' });
    const strict = { kind: 'evaluation', rule: { ...HOURS, score: 0 } };
    const replayed = await api.client.rule.replay(strict);
    expect(replayed.judgements).toBe(4);
    expect(replayed.changed).toBe(4);
    expect(replayed.moves).toMatchObject([{ count: 4 }]);
    expect(replayed.moves[0]?.from).not.toBe(replayed.moves[0]?.to);
    expect(replayed.examples[0]?.reasons).toEqual(['Hours against plan: 40 hours against 40 planned.']);
    const same = await api.client.rule.replay({ kind: 'evaluation', rule: HOURS });
    expect(same).toMatchObject({ judgements: 4, changed: 0, moves: [] });
    expect(await api.client.rule.list({ kind: 'evaluation' })).toEqual(before);
    const unknown = api.client.rule.replay({ kind: 'evaluation', remove: 'no-such-rule' });
    expect((await refusal(unknown)).code).toBe('NOT_FOUND');
  });

  test('are saved by version, used by the next judgement, compared and rolled back', async () => {
    const saved = await api.client.rule.save({
      kind: 'evaluation',
      rule: { ...HOURS, score: 60, message: 'The plan alone is fair.' },
      expectedVersion: 1,
      comment: 'Hours alone are no merit.',
    });
    expect(saved).toMatchObject({ version: 2, inForce: true, changedBy: 'bootstrap' });
    const scoreOfHours = async () => {
      const { runId } = await evaluate(api.client, { dryRun: true });
      const { items } = await api.client.evaluation.listResults({ runId });
      const { judgement } = await api.client.evaluation.get({ evaluationId: items[0]?.evaluationId ?? '' });
      return judgement?.criteria.find(({ id }) => id === 'hours');
    };
    expect(await scoreOfHours()).toMatchObject({
      score: 60,
      reason: 'The plan alone is fair.',
      rule: { key: 'hours-on-plan', version: 2 },
    });
    const { changes } = await api.client.rule.diff({
      kind: 'evaluation',
      key: 'hours-on-plan',
      from: 1,
      to: 2,
    });
    expect(changes).toContainEqual({ field: 'score', before: '100', after: '60' });
    const back = { kind: 'evaluation', key: 'hours-on-plan', version: 1, comment: 'Too hard.' };
    expect((await refusal(api.client.rule.rollback({ ...back, expectedVersion: 1 }))).code).toBe('CONFLICT');
    expect(await api.client.rule.rollback({ ...back, expectedVersion: 2 })).toMatchObject({
      version: 3,
      score: 100,
    });
    expect((await scoreOfHours())?.score).toBe(100);
    const { items } = await api.client.rule.listVersions({ kind: 'evaluation', key: 'hours-on-plan' });
    expect(items.map(({ version, inForce }) => [version, inForce])).toEqual([
      [3, true],
      [2, false],
      [1, false],
    ]);
  });

  test('may begin later, and may be switched off', async () => {
    const rule = { ...HOURS, key: 'hours-later' };
    const soon = { kind: 'evaluation', rule, expectedVersion: 0, comment: 'From next year on.' };
    const past = api.client.rule.save({ ...soon, effectiveFrom: '2020-01-01T00:00:00Z' });
    expect((await refusal(past)).document?.errors?.[0]?.field).toBe('effectiveFrom');
    expect(await api.client.rule.save({ ...soon, effectiveFrom: '2099-01-01T00:00:00Z' })).toMatchObject({
      version: 1,
      inForce: false,
    });
    const off = await api.client.rule.save({
      kind: 'evaluation',
      rule: HOURS,
      expectedVersion: 3,
      enabled: false,
      comment: 'Off for a test.',
    });
    expect(off).toMatchObject({ version: 4, enabled: false, inForce: false });
  });

  test('are changed by one of two people at once', async () => {
    const change = (score: number) =>
      api.client.rule.save({
        kind: 'evaluation',
        rule: { ...HOURS, key: 'hours-race', score },
        expectedVersion: 0,
        comment: 'At once.',
      });
    const answers = await Promise.allSettled([change(1), change(2), change(3)]);
    const lost = answers.filter((answer) => answer.status === 'rejected');
    expect(lost.map(({ reason }) => reason.code)).toEqual(['CONFLICT', 'CONFLICT']);
  });
});

describe.each(businessDatabases())('thresholds on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    api.context.clock.now = () => new Date(NOW);
    await trackedCompany(api, 2);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  /** Judgements by the engine at these scores, each decided by a person. */
  async function decided(cases: { score: number; yes: boolean }[]): Promise<void> {
    const { tenantId } = await api.client.identity.whoami({});
    await api.context.database.withTenant(tenantId, async (transaction) => {
      for (const [index, { score, yes }] of cases.entries()) {
        const engine = await insert(transaction, `case-${index}`, { score, outcome: null, engine: 'rules' });
        const outcome = yes ? 'approve' : 'reject';
        await insert(transaction, `case-${index}`, {
          score: null,
          outcome,
          engine: 'human',
          supersedes: engine,
        });
      }
    });
  }

  test('are not proposed before enough was decided, nor for kinds that only grade', async () => {
    expect(await api.client.calibration.get({ kind: 'approval' })).toMatchObject({
      status: 'insufficient evidence',
      cases: 0,
      proposal: null,
      inForce: { version: 0, yesAt: 0.9 },
    });
    expect((await refusal(api.client.calibration.get({ kind: 'evaluation' }))).code).toBe('NOT_FOUND');
  });

  test('are proposed from what people decided, and put in force by a person', async () => {
    await decided(
      Array.from({ length: 200 }, (_, index) => {
        const score = index % 100;
        return {
          score,
          yes: score > 60 ? index % 25 !== 0 : score > 40 ? index % 2 === 0 : index % 25 === 0,
        };
      }),
    );
    const { status, cases, proposal, brier, curve } = await api.client.calibration.get({
      kind: 'approval',
      maxError: 0.1,
    });
    expect([status, cases]).toEqual(['proposed', 200]);
    expect(brier.after).toBeLessThanOrEqual(brier.before as number);
    const chosen = curve.find(({ threshold }) => threshold === proposal?.yesAt);
    expect(chosen?.errorUpper).toBeLessThanOrEqual(0.1);
    expect(chosen?.coverage).toBeGreaterThan(0.3);
    for (const [index, point] of curve.entries()) {
      expect(point.coverage).toBeLessThanOrEqual(curve[index - 1]?.coverage ?? 1);
    }
    const applied = { kind: 'approval', yesAt: 0.8, noAt: 0.85, reason: 'Fitted on 200 decisions.' };
    expect(await api.client.calibration.apply({ ...applied, expectedVersion: 0 })).toMatchObject({
      version: 1,
      yesAt: 0.8,
    });
    expect((await refusal(api.client.calibration.apply({ ...applied, expectedVersion: 0 }))).code).toBe(
      'CONFLICT',
    );
    expect(await api.client.calibration.get({ kind: 'approval' })).toMatchObject({ inForce: { version: 1 } });
  });
});

type Transaction = Parameters<Parameters<TestApi['context']['database']['withTenant']>[1]>[0];

async function insert(
  transaction: Transaction,
  subject: string,
  given: { score: number | null; outcome: string | null; engine: 'rules' | 'human'; supersedes?: string },
): Promise<string> {
  const id = randomUUID();
  await transaction
    .insertInto('judgement.judgements')
    .values({
      id,
      kind: 'approval',
      subject_id: subject,
      grade: 'C',
      coverage: 1,
      confidence: null,
      needs_review: false,
      review_reasons: '[]',
      criteria: '[]',
      feedback: '',
      facts: '{}',
      rules: '[]',
      prompt: null,
      model: null,
      model_failure: null,
      tokens_in: 0,
      tokens_out: 0,
      decided_by: null,
      reason: null,
      supersedes: null,
      ...given,
    })
    .execute();
  return id;
}
