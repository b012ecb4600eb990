import { agent, execution } from '../modules/ai/agents/contract.ts';
import { approval, approver } from '../modules/manager/approvals/contract.ts';
import { audit } from '../modules/shared/audit/contract.ts';
import { batch } from '../modules/shared/batch/contract.ts';
import { decisions } from '../modules/ai/decisions/contract.ts';
import { evaluation } from '../modules/manager/evaluations/contract.ts';
import { apiKey, auth, identity, user } from '../modules/shared/identity/contract.ts';
import { chat, policy } from '../modules/manager/knowledge/contract.ts';
import { health, job } from '../modules/shared/ops/contract.ts';
import { builder, people, project } from '../modules/shared/people/contract.ts';
import { performance, plan } from '../modules/manager/performance/contract.ts';
import { experiment, prompt, promptOptimization } from '../modules/ai/prompts/contract.ts';
import { quality, reviews, score, scoreConfig } from '../modules/ai/quality/contract.ts';
import { realtime } from '../modules/shared/realtime/contract.ts';
import { calibration, rule } from '../modules/ai/rules/contract.ts';
import { stageGate } from '../modules/manager/stage-gates/contract.ts';
import { tenant } from '../modules/shared/tenancy/contract.ts';
import { usage } from '../modules/shared/usage/contract.ts';
import { webhook } from '../modules/shared/webhooks/contract.ts';
import type { Resource } from '../contract/operation.ts';

/** Every contract of the platform. What is listed here appears everywhere. */
export const resources = {
  evaluation,
  decision: decisions,
  approval,
  approver,
  rule,
  calibration,
  stageGate,
  policy,
  chat,
  performance,
  plan,
  people,
  builder,
  project,
  reviews,
  score,
  scoreConfig,
  quality,
  agent,
  execution,
  promptOptimization,
  prompt,
  experiment,
  webhook,
  realtime,
  audit,
  usage,
  identity,
  tenant,
  user,
  apiKey,
  auth,
  batch,
  job,
  health,
} as const satisfies Record<string, Resource>;
export type Resources = typeof resources;
