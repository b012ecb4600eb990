import { agents } from './agents.ts';
import { analytics } from './analytics.ts';
import { approvals } from './approvals.ts';
import { conversations } from './conversations.ts';
import { decisions } from './decisions.ts';
import { evaluations } from './evaluations.ts';
import { files } from './files.ts';
import { identity } from './identity.ts';
import { knowledge } from './knowledge.ts';
import { licences } from './licences.ts';
import { links } from './links.ts';
import { notices } from './notices.ts';
import { notifications } from './notifications.ts';
import { people } from './people.ts';
import { performance } from './performance.ts';
import { plans } from './plans.ts';
import { platform } from './platform.ts';
import { privacy } from './privacy.ts';
import { prompts } from './prompts.ts';
import { provenance } from './provenance.ts';
import { quality } from './quality.ts';
import { repositories } from './repositories.ts';
import { rules } from './rules.ts';
import type { Step } from './step.ts';
import { validation } from './validation.ts';
import { webhooks } from './webhooks.ts';
import { workflows } from './workflows.ts';

/**
 * Calls of every operation of the contracts, in an order in which each finds what it needs. They start with an empty
 * company, and any client can make them. A new operation has to be added here.
 */
export const steps: Step[] = [
  ...people,
  ...identity,
  ...evaluations,
  ...notices,
  ...quality,
  ...approvals,
  ...rules,
  ...knowledge,
  ...conversations,
  ...performance,
  ...agents,
  ...decisions,
  ...validation,
  ...files,
  ...licences,
  ...webhooks,
  ...notifications,
  ...prompts,
  ...repositories,
  ...links,
  ...analytics,
  ...provenance,
  ...workflows,
  ...privacy,
  ...platform,
  ...plans,
];
