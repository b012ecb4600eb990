import type { App } from '../build/model.ts';
import {
  conversationPoliciesPage,
  conversationPolicyChangePage,
  conversationPolicyQueries,
} from './conversation-policies.ts';
import { conversationSearchPage, conversationSearchQueries } from './conversation-search.ts';
import { conversationQueries, conversationsPage } from './conversations.ts';
import { linkQueries, linksPage } from './links.ts';
import { connectPage, repositoriesPage, repositoryQueries } from './repositories.ts';
import { gapsPage, ownFiguresPage, teamPage, teamQueries } from './team-analytics.ts';
import { timelinePage, timelineQueries } from './timeline.ts';

/** For everyone who talks to coding assistants: their conversations, found again, and what teams learn from them. */
export const context: App = {
  slug: 'ai-manager-context',
  name: 'Context',
  groups: [
    'ai-manager-builder',
    'ai-manager-executive',
    'ai-manager-reviewer',
    'ai-manager-operations',
    'ai-manager-admin',
  ],
  queries: [
    ...conversationQueries,
    ...conversationSearchQueries,
    ...teamQueries,
    ...timelineQueries,
    ...linkQueries,
    ...repositoryQueries,
    ...conversationPolicyQueries,
  ],
  pages: [
    conversationsPage,
    conversationSearchPage,
    ownFiguresPage,
    teamPage,
    gapsPage,
    timelinePage,
    linksPage,
    repositoriesPage,
    connectPage,
    conversationPoliciesPage,
    conversationPolicyChangePage,
  ],
};
