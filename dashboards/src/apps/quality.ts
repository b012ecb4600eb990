import { clear, load, run } from '../build/actions.ts';
import { cardOf, chartOf, pageHeader, section, tableOf } from '../build/blocks.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, dropdown, input, textArea } from '../build/widgets.ts';

const reviewId = '{{queries.review.data.reviewId}}';

export const qualityQueries: Query[] = [
  api.read('usage', 'usage.summarize', { options: { by: 'day', limit: '500' }, transform: 'usage' }),
  api.read('quality', 'quality.get', { transform: 'quality' }),
  api.read('reviewCounts', 'reviews.counts', { transform: 'review-counts' }),
  api.read('review', 'reviews.next', { transform: 'review' }),
  api.write('scoreReview', 'score.create', {
    options: {
      judgementId: '{{queries.review.data.judgementId}}',
      config: '{{components.scoreConfig.value}}',
      value: '{{components.scoreValue.value}}',
      comment: '{{components.scoreComment.value}}',
    },
    done: 'Your score is kept.',
    next: [clear('scoreValue'), clear('scoreComment'), run('review')],
  }),
  api.write('completeReview', 'reviews.complete', {
    options: { reviewId },
    done: 'The review is complete. Here is the next one.',
    next: [run('review'), run('reviewCounts'), run('quality')],
  }),
  api.write('skipReview', 'reviews.skip', {
    options: { reviewId },
    confirm: 'Leave this review to somebody else? You do not see it again.',
    done: 'Somebody else gets it.',
    next: [run('review'), run('reviewCounts')],
  }),
];

const NO_COSTS = { title: 'No model was called', hint: 'Rules decide alone until a model is configured.' };
const FIGURE = { height: 120, mobileHeight: 96, empty: NO_COSTS };
const NOTHING = {
  title: 'Nothing to review',
  hint: 'Judgements are drawn by chance and by need. Press "Next review".',
};
const none = '!queries.review.data?.reviewId';

export const qualityPage: Page = {
  handle: 'quality',
  name: 'Quality and cost',
  icon: 'IconGauge',
  onLoad: load('usage', 'quality', 'reviewCounts'),
  rows: [
    ...pageHeader(
      'quality',
      'Quality and cost',
      'How far judgements can be trusted, measured by people, and what models cost.',
      ['usage', 'quality', 'reviewCounts'],
    ),
    [
      cell(
        cardOf('qualityReviews', 'reviewCounts', {
          from: 'card',
          height: 120,
          mobileHeight: 96,
          empty: { title: 'Unknown', hint: 'The figures did not arrive.' },
        }),
      ),
      cell(cardOf('qualityCost', 'usage', { from: 'costCard', ...FIGURE })),
      cell(cardOf('qualityFailed', 'usage', { from: 'failedCard', ...FIGURE })),
      cell(cardOf('qualityTokens', 'usage', { from: 'tokensCard', ...FIGURE })),
    ],
    [
      cell(
        tableOf('qualityTable', 'quality', {
          title: 'Agreement with people',
          height: 360,
          perPage: 5,
          search: false,
          empty: {
            title: 'Nothing measured yet',
            hint: 'Complete some reviews below; too few are never shown as a figure.',
          },
          columns: [
            { key: 'kind', title: 'Kind', width: 130 },
            { key: 'prompt', title: 'Prompt', width: 170 },
            { key: 'reviewed', title: 'Reviewed', width: 90, align: 'right' },
            { key: 'agreement', title: 'Agrees (95 %)', width: 170, align: 'right' },
            { key: 'kappa', title: 'Beyond chance', width: 130, align: 'right' },
            { key: 'calibration', title: 'Calibration error', width: 140, align: 'right' },
          ],
        }),
        3,
      ),
      cell(
        chartOf('qualityCosts', 'usage', {
          title: 'Cost by day',
          from: 'costs',
          height: 360,
          empty: NO_COSTS,
        }),
        2,
      ),
    ],
    section('reviewTitle', 'Review a judgement'),
    [
      cell(
        cardOf('reviewCard', 'review', { from: 'card', height: 480, mobileHeight: 440, empty: NOTHING }),
        3,
      ),
      cell(
        cardOf('reviewScores', 'review', { from: 'scores', height: 480, mobileHeight: 320, empty: NOTHING }),
        2,
      ),
    ],
    [
      cell(
        dropdown('scoreConfig', {
          label: 'Score by',
          placeholder: 'Choose',
          schema: '{{queries.review.data?.configs ?? []}}',
        }),
        2,
      ),
      cell(input('scoreValue', { label: 'Value', placeholder: 'As listed above' }), 1),
      cell(
        textArea('scoreComment', { label: 'Why (optional)', height: 64, mobileHeight: 96, most: 2000 }),
        2,
      ),
    ],
    [
      cell(button('reviewNext', 'Next review', [run('review')], { busy: '{{queries.review.isLoading}}' })),
      cell(
        button('reviewScore', 'Add the score', [run('scoreReview')], {
          busy: '{{queries.scoreReview.isLoading}}',
          disabled: `{{${none} || !components.scoreConfig.value || !components.scoreValue.value}}`,
        }),
      ),
      cell(
        button('reviewComplete', 'Complete', [run('completeReview')], {
          kind: 'primary',
          busy: '{{queries.completeReview.isLoading}}',
          disabled: `{{${none}}}`,
        }),
      ),
      cell(
        button('reviewSkip', 'Skip', [run('skipReview')], {
          busy: '{{queries.skipReview.isLoading}}',
          disabled: `{{${none}}}`,
        }),
      ),
    ],
  ],
};
