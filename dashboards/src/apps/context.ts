import type { App } from '../build/model.ts';
import {
  conversationPoliciesPage,
  conversationPolicyChangePage,
  conversationPolicyQueries,
} from './conversation-policies.ts';
import { conversationSearchPage, conversationSearchQueries } from './conversation-search.ts';
import { conversationQueries, conversationsPage } from './conversations.ts';

/** For everyone who talks to coding assistants: their conversations, found again. */
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
  queries: [...conversationQueries, ...conversationSearchQueries, ...conversationPolicyQueries],
  pages: [conversationsPage, conversationSearchPage, conversationPoliciesPage, conversationPolicyChangePage],
};
