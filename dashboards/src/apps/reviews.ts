import { clear, load, run } from '../build/actions.ts';
import { cardOf, pageHeader } from '../build/blocks.ts';
import { dropdown, input, textArea } from '../build/fields.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell } from '../build/widgets.ts';

const reviewId = '{{queries.review.data.reviewId}}';
const byChoice = '(queries.review.data?.choices ?? {})[components.scoreConfig.value] !== undefined';

export const reviewQueries: Query[] = [
  api.read('reviewCounts', 'reviews.counts', { transform: 'review-counts' }),
  api.read('review', 'reviews.next', { transform: 'review' }),
  api.write('scoreReview', 'score.create', {
    options: {
      judgementId: '{{queries.review.data.judgementId}}',
      config: '{{components.scoreConfig.value}}',
      value: `{{${byChoice} ? components.scoreChoice.value : components.scoreValue.value}}`,
      comment: '{{components.scoreComment.value}}',
    },
    done: 'The score is saved.',
    next: [clear('scoreValue'), clear('scoreComment'), run('review')],
  }),
  api.write('completeReview', 'reviews.complete', {
    options: { reviewId },
    done: 'The review is complete. The next one is open.',
    next: [run('review'), run('reviewCounts')],
  }),
  api.write('skipReview', 'reviews.skip', {
    options: { reviewId },
    confirm: 'Skip this review? It goes to another reviewer and is not shown to you again.',
    done: 'The review is skipped.',
    next: [run('review'), run('reviewCounts')],
  }),
];

const NOTHING = {
  title: 'No review assigned to you',
  hint: 'Press "Next review" below. A review is assigned to you for 30 minutes.',
};
const NO_COUNTS = { title: 'Unknown', hint: 'The figures could not be loaded.' };
const FIGURE = { height: 120, mobileHeight: 96, empty: NO_COUNTS };
const none = '!queries.review.data?.reviewId';
const unscored = `!(${byChoice} ? components.scoreChoice.value : components.scoreValue.value)`;

export const reviewsPage: Page = {
  handle: 'reviews',
  name: 'Reviews',
  icon: 'IconChecklist',
  onLoad: load('reviewCounts'),
  rows: [
    ...pageHeader(
      'reviews',
      'Reviews',
      'Score one judgement at a time: are the reasons sound, and what would you have decided?',
      ['reviewCounts'],
    ),
    [
      cell(cardOf('reviewsOpen', 'reviewCounts', { from: 'openCard', ...FIGURE })),
      cell(cardOf('reviewsClaimed', 'reviewCounts', { from: 'claimedCard', ...FIGURE })),
      cell(cardOf('reviewsDone', 'reviewCounts', { from: 'doneCard', ...FIGURE })),
    ],
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
          label: 'Criterion',
          placeholder: 'Choose',
          schema: '{{queries.review.data?.configs ?? []}}',
        }),
        2,
      ),
      cell(
        [
          input('scoreValue', {
            label: 'Value',
            placeholder: 'See the list above',
            visible: `{{!(${byChoice})}}`,
          }),
          dropdown('scoreChoice', {
            label: 'Value',
            placeholder: 'Choose',
            schema: '{{(queries.review.data?.choices ?? {})[components.scoreConfig.value] ?? []}}',
            visible: `{{${byChoice}}}`,
          }),
        ],
        1,
      ),
      cell(
        textArea('scoreComment', { label: 'Comment (optional)', height: 64, mobileHeight: 96, most: 2000 }),
        2,
      ),
    ],
    [
      cell(button('reviewNext', 'Next review', [run('review')], { busy: '{{queries.review.isLoading}}' })),
      cell(
        button('reviewScore', 'Add score', [run('scoreReview')], {
          busy: '{{queries.scoreReview.isLoading}}',
          disabled: `{{${none} || !components.scoreConfig.value || ${unscored}}}`,
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
