import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { clientAs, takeReview } from '../../../../test/reviewers.ts';
import { evaluate, everyItem, problem, smallCompany } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import type { Client } from '../../../catalogue/client.ts';

const BUILDERS = 12;
const grade = (value: string) => [{ config: 'grade', value }];

describe.each(businessDatabases())('reviews on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let ada: Client;
  let bo: Client;
  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    [ada, bo] = [await clientAs(api, 'ada'), await clientAs(api, 'bo')];
    const { builders, metrics } = smallCompany(BUILDERS);
    await api.client.people.import({ builders, metrics });
    await sampling({ randomShare: 1, doubleShare: 0, lowConfidence: 0 });
    await evaluate(api.client);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  function sampling(change: Partial<Parameters<Client['reviews']['setSampling']>[0]>) {
    return api.client.reviews.setSampling({ kind: 'evaluation', ...change });
  }

  /** Makes the lease of whatever is claimed run out. */
  function endLeases() {
    return api.context.database
      .system('the test turns the clock')
      .updateTable('quality.assignments')
      .set({ lease_until: new Date(0) })
      .where('state', '=', 'claimed')
      .execute();
  }

  test('are drawn by chance, and say so', async () => {
    const { items } = await api.client.reviews.list({ kind: 'evaluation' });
    expect(items).toHaveLength(BUILDERS);
    for (const { reasons, wanted, status, engine } of items) {
      expect({ wanted, status, engine }).toEqual({ wanted: 1, status: 'open', engine: 'rules' });
      expect(reasons[0]?.reason).toBe('random');
      expect(reasons[0]?.detail).toBe('Drawn by chance, as 100 % of these judgements are.');
    }
    const paged = await everyItem((page) => api.client.reviews.list({ limit: 5, ...page }));
    expect(paged).toHaveLength(BUILDERS);
  });

  test('are shown with the judgement, its facts and what it can be scored by', async () => {
    const review = await takeReview(ada);
    expect(review.judgement).toMatchObject({ judgementId: review.judgementId, kind: 'evaluation' });
    expect(review.facts.week).toMatchObject({ hoursWorked: 40 });
    expect(review.configs.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['grade', 'reasons hold', 'tone', 'reflection']),
    );
    expect(review.configs.map(({ name }) => name)).not.toContain('market reasoning');
    expect((await takeReview(ada)).reviewId).toBe(review.reviewId);
    await ada.reviews.skip({ reviewId: review.reviewId, reason: 'I know this builder.' });
    expect((await takeReview(ada)).reviewId).not.toBe(review.reviewId);
  });

  test('are never handed to two people who ask at once', async () => {
    const people = await Promise.all(Array.from({ length: 8 }, (_, n) => clientAs(api, `racer ${n}`)));
    const taken = await Promise.all(people.map((person) => takeReview(person)));
    expect(new Set(taken.map(({ reviewId }) => reviewId)).size).toBe(8);
    const again = await Promise.all(people.flatMap((person) => [takeReview(person), takeReview(person)]));
    expect(new Set(again.map(({ reviewId }) => reviewId)).size).toBe(8);
    await Promise.all(
      people.map((person, n) => person.reviews.skip({ reviewId: taken[n]?.reviewId as string })),
    );
  });

  test('come back to the queue when a reviewer has them for too long', async () => {
    const { reviewId } = await takeReview(bo);
    await endLeases();
    const cy = await clientAs(api, 'cy');
    await takeReview(cy);
    const late = bo.reviews.complete({ reviewId, scores: grade('A') });
    expect(await problem(late)).toEqual({ status: 409, code: 'REVIEW_NOT_YOURS' });
    expect((await api.client.score.list({ reviewer: 'none' })).items).toEqual([]);
    await endLeases();
  });

  test('are complete with the grade the reviewer would have given, and not before', async () => {
    const { reviewId, judgementId } = await takeReview(ada);
    const early = ada.reviews.complete({ reviewId, scores: [{ config: 'tone', value: 'right' }] });
    expect(await problem(early)).toEqual({ status: 409, code: 'REVIEW_INCOMPLETE' });
    expect((await ada.score.list({ judgementId })).items).toEqual([]);
    const done = await ada.reviews.complete({ reviewId, scores: grade('B') });
    expect(done).toMatchObject({ status: 'done', finished: 1 });
    expect((await ada.score.list({ judgementId })).items).toMatchObject([
      { config: 'grade', value: 'B', reviewId, reviewerName: 'ada', langfuse: { state: 'off' } },
    ]);
    const twice = ada.reviews.complete({ reviewId });
    expect(await problem(twice)).toEqual({ status: 409, code: 'REVIEW_NOT_YOURS' });
    const { kinds } = await api.client.reviews.counts({});
    expect(kinds).toEqual([{ kind: 'evaluation', open: BUILDERS - 1, claimed: 0, done: 1 }]);
  });

  test('store every score or none', async () => {
    const { reviewId, judgementId } = await takeReview(ada);
    const wrong = ada.reviews.complete({
      reviewId,
      scores: [...grade('A'), { config: 'feedback helps', value: 6 }],
    });
    await expect(wrong).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('scores.1.value: must be from 1 to 5'),
    });
    expect((await ada.score.list({ judgementId })).items).toEqual([]);
    await ada.reviews.complete({ reviewId, scores: grade('A') });
  });

  test('are done by two people where agreement is to be measured, neither of whom sees the other', async () => {
    await sampling({ doubleShare: 1 });
    await evaluate(api.client, { week: '2026-W45' });
    const { items } = await api.client.reviews.list({ status: 'open', limit: BUILDERS });
    expect(items.every(({ wanted }) => wanted === 2)).toBe(true);
    await api.context.database
      .system('the test keeps the reviews of this run only')
      .updateTable('quality.reviews')
      .set({ status: 'done' })
      .where('wanted', '=', 1)
      .execute();
    const people = await Promise.all(Array.from({ length: 6 }, (_, n) => clientAs(api, `pair ${n}`)));
    const held = await Promise.all(people.map((person) => takeReview(person)));
    const shared = Map.groupBy(held, ({ reviewId }) => reviewId);
    expect([...shared.values()].map((takers) => takers.length)).toEqual([2, 2, 2]);
    await Promise.all(
      people.map((person, n) => person.reviews.skip({ reviewId: held[n]?.reviewId as string })),
    );
    const first = await takeReview(ada);
    await ada.reviews.complete({ reviewId: first.reviewId, scores: grade('A') });
    const second = await takeReview(bo);
    expect(second.reviewId).toBe(first.reviewId);
    expect(second.scores).toEqual([]);
    expect((await takeReview(ada)).reviewId).not.toBe(first.reviewId);
    const done = await bo.reviews.complete({ reviewId: second.reviewId, scores: grade('C') });
    expect(done).toMatchObject({ status: 'done', finished: 2 });
  });

  test('are of what a person decided otherwise, about the judgement that was replaced', async () => {
    await sampling({ randomShare: 0 });
    const run = await evaluate(api.client, { week: '2026-W44' });
    const { items } = await api.client.evaluation.listResults({ runId: run.runId });
    const { evaluationId } = items[0] as (typeof items)[number];
    const { judgement } = await api.client.evaluation.get({ evaluationId });
    const judgementId = judgement?.judgementId as string;
    expect((await api.client.reviews.list({ judgementId })).items.map(({ reasons }) => reasons)).toEqual(
      judgement?.needsReview ? [[expect.objectContaining({ reason: 'flagged' })]] : [],
    );
    const reason = 'I looked at the commits of that week.';
    const boss = await staff(api, 'boss@sample-company.example', ['executive'], 'The boss');
    await boss.evaluation.override({ evaluationId, judgementId, grade: 'D', reason });
    const sampled = (await api.client.reviews.list({ judgementId })).items[0];
    expect(sampled?.reasons.at(-1)).toEqual({
      reason: 'overridden',
      detail: `The boss decided D in the place of ${judgement?.grade}.`,
    });
  });

  test('are not of a dry run', async () => {
    await sampling({ randomShare: 1 });
    const before = (await api.client.reviews.list({ limit: 500 })).items.length;
    await evaluate(api.client, { week: '2026-W43', dryRun: true });
    expect((await api.client.reviews.list({ limit: 500 })).items).toHaveLength(before);
  });

  test('sample by what the company set, within bounds', async () => {
    expect(await api.client.reviews.getSampling({ kind: 'project-evaluation' })).toMatchObject({
      randomShare: 0.05,
      isDefault: true,
    });
    expect(await sampling({ leaseMinutes: 5 })).toMatchObject({ leaseMinutes: 5, isDefault: false });
    expect(await problem(sampling({ randomShare: 1.1 }))).toEqual({ status: 422, code: 'INVALID_INPUT' });
    const reviewer = ada.reviews.setSampling({ kind: 'evaluation', randomShare: 0 });
    expect(await problem(reviewer)).toEqual({ status: 403, code: 'FORBIDDEN' });
  });

  test('of what is not there are not found', async () => {
    const reviewId = '01890000-0000-7000-8000-000000000000';
    expect((await problem(ada.reviews.skip({ reviewId }))).status).toBe(404);
    expect((await problem(ada.reviews.complete({ reviewId, scores: grade('A') }))).status).toBe(404);
  });
});
