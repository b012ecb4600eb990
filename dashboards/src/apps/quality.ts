import { load } from '../build/actions.ts';
import { cardOf, chartOf, pageHeader, tableOf } from '../build/blocks.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { cell } from '../build/widgets.ts';

export const qualityQueries: Query[] = [
  api.read('usage', 'usage.summarize', { options: { by: 'day', limit: '500' }, transform: 'usage' }),
  api.read('quality', 'quality.get', { transform: 'quality' }),
];

const NO_COSTS = { title: 'No model was called', hint: 'Rules decide alone until a model is configured.' };
const FIGURE = { height: 120, mobileHeight: 96, empty: NO_COSTS };

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
            hint: 'Complete some reviews on the page Reviews; too few are never shown as a figure.',
          },
          columns: [
            { key: 'kind', title: 'Kind', width: 160 },
            { key: 'prompt', title: 'Prompt', width: 260 },
            { key: 'reviewed', title: 'Reviewed', width: 90, align: 'right' },
            { key: 'agreement', title: 'Agrees (95 %)', width: 190, align: 'right' },
            { key: 'kappa', title: 'Beyond chance', width: 170, align: 'right' },
            { key: 'calibration', title: 'Calibration error', width: 170, align: 'right' },
          ],
        }),
      ),
    ],
    [
      cell(
        chartOf('qualityCosts', 'usage', {
          title: 'Cost by day',
          from: 'costs',
          height: 360,
          empty: NO_COSTS,
        }),
      ),
    ],
  ],
};
