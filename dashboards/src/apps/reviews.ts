import { load, run } from '../build/actions.ts';
import { cardOf, pageHeader } from '../build/blocks.ts';
import { textArea } from '../build/fields.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell } from '../build/widgets.ts';
import { clearScores, givenScores, isScored, scoreRows } from './review-scores.ts';

const reviewId = '{{queries.review.data.reviewId}}';

export const reviewQueries: Query[] = [
  api.read('reviewCounts', 'reviews.counts', { transform: 'review-counts' }),
  api.read('review', 'reviews.next', { transform: 'review' }),
  api.write('completeReview', 'reviews.complete', {
    options: { reviewId, scores: givenScores('reviewComment') },
    done: 'The review is complete. The next one is open.',
    next: [...clearScores('reviewComment'), run('review'), run('reviewCounts')],
  }),
  api.write('skipReview', 'reviews.skip', {
    options: { reviewId },
    confirm: 'Skip this review? It goes to another reviewer and is not shown to you again.',
    done: 'The review is skipped.',
    next: [...clearScores('reviewComment'), run('review'), run('reviewCounts')],
  }),
];

const NOTHING = {
  title: 'No review assigned to you',
  hint: 'Press "Next review" below. A review is assigned to you for 30 minutes.',
};
const NO_COUNTS = { title: 'Unknown', hint: 'The figures could not be loaded.' };
const FIGURE = { height: 120, mobileHeight: 96, empty: NO_COUNTS };
const none = '!queries.review.data?.reviewId';

/**
 * Judgements to score, one at a time, with every score in one form.
 * @param opens whether the page takes the next judgement by itself, as a reviewer expects
 */
export function reviewsPage(opens: boolean): Page {
  return {
    handle: 'reviews',
    name: 'Reviews',
    icon: 'IconChecklist',
    onLoad: load('reviewCounts', ...(opens ? ['review'] : [])),
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
          cardOf('reviewScores', 'review', {
            from: 'scores',
            height: 480,
            mobileHeight: 320,
            empty: NOTHING,
          }),
          2,
        ),
      ],
      ...scoreRows,
      [
        cell(
          textArea('reviewComment', {
            label: 'Comment on your scores (optional)',
            height: 64,
            mobileHeight: 96,
            most: 2000,
          }),
        ),
      ],
      [
        cell(button('reviewNext', 'Next review', [run('review')], { busy: '{{queries.review.isLoading}}' })),
        cell(
          button('reviewComplete', 'Save scores and complete', [run('completeReview')], {
            kind: 'primary',
            busy: '{{queries.completeReview.isLoading}}',
            disabled: `{{${none} || !(${isScored})}}`,
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
}
