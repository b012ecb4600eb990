import { load } from '../build/actions.ts';
import { cardOf, chartOf, pageHeader, tableOf } from '../build/blocks.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { cell } from '../build/widgets.ts';

export const qualityQueries: Query[] = [
  api.read('usage', 'usage.summarize', { options: { by: 'day', limit: '500' }, transform: 'usage' }),
  api.read('quality', 'quality.get', { transform: 'quality' }),
];

const NO_COSTS = { title: 'No model calls', hint: 'Only rules decide until a model is configured.' };
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
      'How often reviewers agree with judgements, and what models cost.',
      ['usage', 'quality', 'reviewCounts'],
    ),
    [
      cell(
        cardOf('qualityReviews', 'reviewCounts', {
          from: 'card',
          height: 120,
          mobileHeight: 96,
          empty: { title: 'Unknown', hint: 'The figures could not be loaded.' },
        }),
      ),
      cell(cardOf('qualityCost', 'usage', { from: 'costCard', ...FIGURE })),
      cell(cardOf('qualityFailed', 'usage', { from: 'failedCard', ...FIGURE })),
      cell(cardOf('qualityTokens', 'usage', { from: 'tokensCard', ...FIGURE })),
    ],
    [
      cell(
        tableOf('qualityTable', 'quality', {
          title: 'Agreement with reviewers',
          height: 360,
          perPage: 5,
          search: false,
          empty: {
            title: 'Nothing measured yet',
            hint: 'Complete more reviews on the Reviews page. Figures need a minimum number of reviews.',
          },
          columns: [
            { key: 'kind', title: 'Kind', width: 160 },
            { key: 'prompt', title: 'Prompt', width: 260 },
            { key: 'reviewed', title: 'Reviewed', width: 90, align: 'right' },
            { key: 'agreement', title: 'Agreement (95 % CI)', width: 190, align: 'right' },
            { key: 'kappa', title: 'Kappa', width: 170, align: 'right' },
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
