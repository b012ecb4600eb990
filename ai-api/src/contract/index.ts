import { agent, execution } from '../modules/agents/contract.ts';
import { approval, approver } from '../modules/approvals/contract.ts';
import { audit } from '../modules/audit/contract.ts';
import { batch } from '../modules/batch/contract.ts';
import { decisions } from '../modules/decisions/contract.ts';
import { evaluation } from '../modules/evaluations/contract.ts';
import { apiKey, auth, identity, user } from '../modules/identity/contract.ts';
import { chat, policy } from '../modules/knowledge/contract.ts';
import { health, job } from '../modules/ops/contract.ts';
import { builder, people, project } from '../modules/people/contract.ts';
import { performance, plan } from '../modules/performance/contract.ts';
import { experiment, prompt, promptOptimization } from '../modules/prompts/contract.ts';
import { quality, reviews, score, scoreConfig } from '../modules/quality/contract.ts';
import { realtime } from '../modules/realtime/contract.ts';
import { calibration, rule } from '../modules/rules/contract.ts';
import { stageGate } from '../modules/stage-gates/contract.ts';
import { tenant } from '../modules/tenancy/contract.ts';
import { usage } from '../modules/usage/contract.ts';
import { webhook } from '../modules/webhooks/contract.ts';
import type { Resource } from './operation.ts';

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
