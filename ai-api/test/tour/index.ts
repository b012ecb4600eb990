import { agents } from './agents.ts';
import { approvals } from './approvals.ts';
import { decisions } from './decisions.ts';
import { evaluations } from './evaluations.ts';
import { identity } from './identity.ts';
import { knowledge } from './knowledge.ts';
import { operations } from './operations.ts';
import { people } from './people.ts';
import { performance } from './performance.ts';
import { prompts } from './prompts.ts';
import { quality } from './quality.ts';
import { rules } from './rules.ts';
import type { Step } from './step.ts';
import { webhooks } from './webhooks.ts';

/**
 * A tour through every operation of the contracts, in an order in which each finds what it needs. It starts in an
 * empty company and may be gone in any way; an operation that the contracts get has to join it.
 */
export const tour: Step[] = [
  ...people,
  ...identity,
  ...evaluations,
  ...quality,
  ...approvals,
  ...rules,
  ...knowledge,
  ...performance,
  ...agents,
  ...decisions,
  ...webhooks,
  ...prompts,
  ...operations,
];
