import { menuEntry } from '../build/menu.ts';
import type { App } from '../build/model.ts';
import { myDataPage, myDataQueries } from './my-data.ts';
import { noticeQueries, noticesPage, preferenceQueries, preferencesPage } from './notifications.ts';
import { qualityPage, qualityQueries } from './quality.ts';
import { reviewQueries, reviewsPage } from './reviews.ts';
import { gateQueries, gatesPage } from './stage-gates.ts';

/** For reviewers: judgements to score, questions of stage gates, and how far judgements can be trusted. */
export const reviewer: App = {
  slug: 'ai-manager-reviewer',
  name: 'AI Manager for reviewers',
  groups: ['ai-manager-reviewer'],
  queries: [
    ...reviewQueries,
    ...gateQueries('reviewer'),
    ...qualityQueries,
    ...noticeQueries,
    ...preferenceQueries,
    ...myDataQueries,
  ],
  pages: [
    reviewsPage(true),
    gatesPage('reviewer'),
    qualityPage,
    myDataPage,
    ...menuEntry('Notifications', [noticesPage, preferencesPage]),
  ],
};
