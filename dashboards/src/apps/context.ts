import type { App } from '../build/model.ts';
import {
  conversationPoliciesPage,
  conversationPolicyChangePage,
  conversationPolicyQueries,
} from './conversation-policies.ts';
import { conversationSearchPage, conversationSearchQueries } from './conversation-search.ts';
import { conversationQueries, conversationsPage } from './conversations.ts';
import { gapsPage, ownFiguresPage, teamPage, teamQueries } from './team-analytics.ts';

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
    ...conversationPolicyQueries,
    ...teamQueries,
  ],
  pages: [
    conversationsPage,
    conversationSearchPage,
    ownFiguresPage,
    teamPage,
    gapsPage,
    conversationPoliciesPage,
    conversationPolicyChangePage,
  ],
};
