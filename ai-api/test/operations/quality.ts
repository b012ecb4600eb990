import type { Fixture } from './fixture.ts';
import { PERSON } from './identity.ts';
import { type Step, step } from './step.ts';

/** A reviewer would have graded all builders otherwise, which is what an optimization learns from. */
async function disagree({ api }: Fixture): Promise<void> {
  const { items } = await api.client.usage.listCalls({ purpose: 'judgement', limit: 500 });
  const ids = new Set(
    items.filter((call) => call.prompt?.name === 'evaluation').map((call) => call.judgementId),
  );
  const cases = [...ids].flatMap((id) => (id === null ? [] : [id]));
  const value = 'E';
  await Promise.all(
    cases.map((judgementId) => api.client.score.create({ judgementId, config: 'grade', value })),
  );
}

/** What reviewers say of the run, and how far it is at Langfuse. */
export const quality: Step[] = [
  step('reviews.next', { kind: 'evaluation' }, { as: PERSON.lead }),
  step(
    'reviews.skip',
    (answerOf) => ({
      reviewId: answerOf('reviews.next').review?.reviewId ?? '',
      reason: 'I know this builder.',
    }),
    { as: PERSON.lead, matches: { status: 'open' } },
  ),
  step('reviews.next', { kind: 'evaluation' }, { as: PERSON.lead }),
  step(
    'reviews.complete',
    (answerOf) => ({
      reviewId: answerOf('reviews.next').review?.reviewId ?? '',
      scores: [
        { config: 'grade', value: 'B', comment: 'The goals were met.' },
        { config: 'reasons hold', value: true },
      ],
    }),
    { as: PERSON.lead, matches: { status: 'done', finished: 1 } },
  ),
  step('reviews.counts', {}),
  step('reviews.list', { kind: 'evaluation', status: 'open', limit: 100 }),
  step(
    'scoreConfig.create',
    {
      name: 'clarity of all',
      dataType: 'NUMERIC',
      description: 'How clear the feedback is.',
      kinds: ['evaluation'],
      minValue: 0,
      maxValue: 10,
    },
    { matches: { source: 'own', maxValue: 10 } },
  ),
  step('scoreConfig.list', { kind: 'evaluation', limit: 100 }),
  step(
    'score.create',
    (answerOf) => ({
      judgementId: answerOf('reviews.list').items[0]?.judgementId ?? '',
      config: 'clarity of all',
      value: 7,
      comment: 'Two sentences too many.',
    }),
    {
      as: PERSON.second,
      before: async ({ langfuse }) =>
        langfuse.failWith({ status: 413 }, ({ path }) => path === '/api/public/scores'),
    },
  ),
  step('score.get', (answerOf) => ({ scoreId: answerOf('score.create').scoreId }), {
    eventually: true,
    matches: { score: { langfuse: { state: 'failed' } } },
  }),
  step('score.resend', (answerOf) => ({ scoreId: answerOf('score.create').scoreId }), {
    before: async ({ langfuse }) => langfuse.failWith(null),
    matches: { langfuse: { state: 'pending' } },
  }),
  step(
    'score.correct',
    (answerOf) => ({
      scoreId: answerOf('score.create').scoreId,
      version: 1,
      value: 8,
      reason: 'I had skipped a line.',
    }),
    { as: PERSON.second, matches: { version: 2, value: 8 } },
  ),
  step(
    'score.list',
    { config: 'clarity of all' },
    { before: disagree, matches: { items: [{ version: 2 }] } },
  ),
  step('scoreConfig.archive', { name: 'clarity of all' }),
  step('quality.get', { kind: 'evaluation', sample: 'all' }, { matches: { sample: 'all' } }),
];
