import type { App } from '../build/model.ts';
import { accountabilityPage, accountabilityQueries } from './accountability.ts';
import { myDataPage, myDataQueries } from './my-data.ts';

/** For a works council: promises, notices and figures; it names no person but those who read data about the member. */
export const council: App = {
  slug: 'ai-manager-council',
  name: 'AI Manager for works councils',
  groups: ['ai-manager-council'],
  queries: [...accountabilityQueries, ...myDataQueries],
  pages: [accountabilityPage(false), myDataPage],
};
