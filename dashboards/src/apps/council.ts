import type { App } from '../build/model.ts';
import { accountabilityPage, accountabilityQueries } from './accountability.ts';

/** For a works council: promises, notices and figures; it names no person. */
export const council: App = {
  slug: 'ai-manager-council',
  name: 'AI Manager for works councils',
  groups: ['ai-manager-council'],
  queries: accountabilityQueries,
  pages: [accountabilityPage(false)],
};
