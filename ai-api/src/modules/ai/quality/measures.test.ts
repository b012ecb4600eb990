import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { clientAs } from '../../../../test/reviewers.ts';
import { evaluate, smallCompany } from '../../../../test/runs.ts';
import type { Client } from '../../../catalogue/client.ts';

const BUILDERS = 32;

describe.each(businessDatabases())('quality on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    const { builders, metrics } = smallCompany(BUILDERS);
    // Half of them had a poor week, so that there is more than one grade.
    const poor = { hours_worked: 10, active_days: 1, brainlift_quality: 20, goals_met: 0 };
    await api.client.people.import({
      builders,
      metrics: metrics.map((row, index) => (index % 2 === 0 ? row : { ...row, ...poor })),
    });
    await api.client.reviews.setSampling({ kind: 'evaluation', randomShare: 1, doubleShare: 1 });
    await evaluate(api.client);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  async function reviewAll(person: Client, value: (systems: string, index: number) => string, most: number) {
    for (let index = 0; index < most; index++) {
      const { review } = await person.reviews.next({});
      if (!review) return;
      const scores = [
        { config: 'grade', value: value(review.judgement.grade, index) },
        { config: 'feedback helps', value: 1 + (index % 5) },
      ];
      await person.reviews.complete({ reviewId: review.reviewId, scores });
    }
  }

  test('is not told from too little', async () => {
    expect(await api.client.quality.get({})).toEqual({ sample: 'random', groups: [] });
    const ada = await clientAs(api, 'ada');
    await reviewAll(ada, (grade) => grade, 3);
    const { groups } = await api.client.quality.get({});
    expect(groups).toMatchObject([
      {
        kind: 'evaluation',
        prompt: null,
        reviewed: 3,
        system: {
          pairs: 3,
          kappa: { state: 'not enough data', value: null, count: 3, needed: 30 },
          weightedKappa: { state: 'not enough data' },
        },
        reviewers: [],
        calibration: { brier: { state: 'not enough data' }, ece: { state: 'not enough data' } },
      },
    ]);
  });

  test('is agreement of reviewers with the system and with each other, and how far confidence held', async () => {
    const bo = await clientAs(api, 'bo');
    const cy = await clientAs(api, 'cy');
    await reviewAll(bo, (grade, index) => (index % 6 === 0 ? 'C' : grade), BUILDERS);
    await reviewAll(cy, (grade) => grade, 5);
    const { groups } = await api.client.quality.get({ kind: 'evaluation' });
    const [group] = groups;
    if (!group) throw new Error('There is nothing about evaluations');
    expect(group.reviewed).toBe(BUILDERS);
    const { share, kappa, weightedKappa } = group.system;
    expect(share).toMatchObject({ state: 'measured', count: BUILDERS, note: null });
    // Of each judgement the first review counts; that of the first item was one that agreed.
    expect(share.value).toBeCloseTo((BUILDERS - 5) / BUILDERS, 5);
    for (const { value, interval, state } of [kappa, weightedKappa]) {
      expect(state).toBe('measured');
      const [from, to] = interval ?? [1, 0];
      expect(value).toBeGreaterThan(0.4);
      expect(value).toBeLessThan(1);
      expect(from).toBeLessThan(value ?? 0);
      expect(to).toBeGreaterThan(value ?? 1);
    }
    expect(group.reviewers.map(({ config }) => config)).toEqual(['feedback helps', 'grade']);
    expect(group.reviewers.find(({ config }) => config === 'grade')?.pairs).toBe(3 + 5);
    const { brier, ece, bins } = group.calibration;
    expect([brier.state, ece.state]).toEqual(['measured', 'measured']);
    expect(bins.reduce((total, { count }) => total + count, 0)).toBe(BUILDERS);
    const told = bins.filter(({ count }) => count > 0);
    for (const { agreed, interval } of told) {
      expect(agreed).toBeGreaterThanOrEqual(interval?.[0] ?? 1);
      expect(agreed).toBeLessThanOrEqual(interval?.[1] ?? 0);
    }
  });

  test('counts what was drawn by chance only, unless it is asked for all, and the time it is asked for', async () => {
    await api.context.database
      .system('the test makes some of them doubtful ones')
      .updateTable('quality.reviews')
      .set({ is_random: false })
      .where('finished', '=', 2)
      .execute();
    const pairs = async (filter: Parameters<Client['quality']['get']>[0]) =>
      (await api.client.quality.get(filter)).groups[0]?.system.pairs ?? 0;
    expect(await pairs({ sample: 'all' })).toBe(BUILDERS);
    expect(await pairs({})).toBe(BUILDERS - 8);
    expect(await pairs({ sample: 'all', since: '2999-01-01T00:00:00Z' })).toBe(0);
    expect(await pairs({ sample: 'all', until: '2999-01-01T00:00:00Z' })).toBe(BUILDERS);
  });
});
