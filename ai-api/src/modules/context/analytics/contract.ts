import { conversationCompliance } from './evidence/contract.ts';
import { knowledgeGap } from './gaps/contract.ts';
import { teamReport } from './report/contract.ts';
import { conversationRetention } from './retention/contract.ts';
import { assistantSpend } from './spend/contract.ts';
import { analytics } from './team/contract.ts';

/** What this module offers. */
export const contract = {
  analytics,
  knowledgeGap,
  assistantSpend,
  teamReport,
  conversationCompliance,
  conversationRetention,
};
