import { contract as agents } from '../modules/ai/agents/contract.ts';
import { contract as contests } from '../modules/ai/contests/contract.ts';
import { contract as decisions } from '../modules/ai/decisions/contract.ts';
import { contract as experiments } from '../modules/ai/experiments/contract.ts';
import { contract as explanations } from '../modules/ai/explanations/contract.ts';
import { contract as levels } from '../modules/ai/levels/contract.ts';
import { contract as notices } from '../modules/ai/notices/contract.ts';
import { contract as optimisation } from '../modules/ai/optimisation/contract.ts';
import { contract as oversight } from '../modules/ai/oversight/contract.ts';
import { contract as promises } from '../modules/ai/promises/contract.ts';
import { contract as prompts } from '../modules/ai/prompts/contract.ts';
import { contract as quality } from '../modules/ai/quality/contract.ts';
import { contract as receipts } from '../modules/ai/receipts/contract.ts';
import { contract as rules } from '../modules/ai/rules/contract.ts';
import { contract as validation } from '../modules/ai/validation/contract.ts';
import { contract as analytics } from '../modules/context/analytics/contract.ts';
import { contract as conversations } from '../modules/context/conversations/contract.ts';
import { contract as links } from '../modules/context/links/contract.ts';
import { contract as provenance } from '../modules/context/provenance/contract.ts';
import { contract as repositories } from '../modules/context/repositories/contract.ts';
import { contract as licences } from '../modules/licences/licences/contract.ts';
import { contract as signing } from '../modules/licences/signing/contract.ts';
import { contract as approvals } from '../modules/manager/approvals/contract.ts';
import { contract as evaluations } from '../modules/manager/evaluations/contract.ts';
import { contract as knowledge } from '../modules/manager/knowledge/contract.ts';
import { contract as performance } from '../modules/manager/performance/contract.ts';
import { contract as stageGates } from '../modules/manager/stage-gates/contract.ts';
import { contract as accesses } from '../modules/shared/accesses/contract.ts';
import { contract as batch } from '../modules/shared/batch/contract.ts';
import { contract as compliance } from '../modules/shared/compliance/contract.ts';
import { contract as files } from '../modules/shared/files/contract.ts';
import { contract as identity } from '../modules/shared/identity/contract.ts';
import { contract as invitations } from '../modules/shared/invitations/contract.ts';
import { contract as notifications } from '../modules/shared/notifications/contract.ts';
import { contract as ops } from '../modules/shared/ops/contract.ts';
import { contract as people } from '../modules/shared/people/contract.ts';
import { contract as plans } from '../modules/shared/plans/contract.ts';
import { contract as privacy } from '../modules/shared/privacy/contract.ts';
import { contract as realtime } from '../modules/shared/realtime/contract.ts';
import { contract as tenancy } from '../modules/shared/tenancy/contract.ts';
import { contract as usage } from '../modules/shared/usage/contract.ts';
import { contract as webhooks } from '../modules/shared/webhooks/contract.ts';
import { contract as dashboard } from '../modules/workflows/dashboard/contract.ts';
import { contract as instances } from '../modules/workflows/instances/contract.ts';
import { contract as templates } from '../modules/workflows/templates/contract.ts';

/**
 * Every module, the lower ones first: a module may use those above it in this list. Its contract is read here; its
 * code is loaded only where the system is composed. `schema` is the database schema whose tables its SQL may name.
 */
export const MODULES = {
  batch: { contract: batch, schema: null, load: () => import('../modules/shared/batch/index.ts') },
  audit: { contract: {}, schema: 'audit', load: () => import('../modules/shared/audit/index.ts') },
  ops: { contract: ops, schema: null, load: () => import('../modules/shared/ops/index.ts') },
  people: { contract: people, schema: 'people', load: () => import('../modules/shared/people/index.ts') },
  identity: {
    contract: identity,
    schema: 'identity',
    load: () => import('../modules/shared/identity/index.ts'),
  },
  tenancy: {
    contract: tenancy,
    schema: 'identity',
    load: () => import('../modules/shared/tenancy/index.ts'),
  },
  accesses: {
    contract: accesses,
    schema: 'accesses',
    load: () => import('../modules/shared/accesses/index.ts'),
  },
  events: { contract: {}, schema: 'events', load: () => import('../modules/shared/events/index.ts') },
  webhooks: {
    contract: webhooks,
    schema: 'events',
    load: () => import('../modules/shared/webhooks/index.ts'),
  },
  realtime: {
    contract: realtime,
    schema: 'events',
    load: () => import('../modules/shared/realtime/index.ts'),
  },
  notifications: {
    contract: notifications,
    schema: 'notifications',
    load: () => import('../modules/shared/notifications/index.ts'),
  },
  invitations: {
    contract: invitations,
    schema: null,
    load: () => import('../modules/shared/invitations/index.ts'),
  },
  usage: { contract: usage, schema: null, load: () => import('../modules/shared/usage/index.ts') },
  plans: { contract: plans, schema: 'plans', load: () => import('../modules/shared/plans/index.ts') },
  files: { contract: files, schema: 'files', load: () => import('../modules/shared/files/index.ts') },
  privacy: {
    contract: privacy,
    schema: 'privacy',
    load: () => import('../modules/shared/privacy/index.ts'),
  },
  compliance: {
    contract: compliance,
    schema: 'compliance',
    load: () => import('../modules/shared/compliance/index.ts'),
  },
  quality: { contract: quality, schema: 'quality', load: () => import('../modules/ai/quality/index.ts') },
  prompts: { contract: prompts, schema: 'prompts', load: () => import('../modules/ai/prompts/index.ts') },
  experiments: {
    contract: experiments,
    schema: 'prompts',
    load: () => import('../modules/ai/experiments/index.ts'),
  },
  optimisation: {
    contract: optimisation,
    schema: 'prompts',
    load: () => import('../modules/ai/optimisation/index.ts'),
  },
  rules: { contract: rules, schema: null, load: () => import('../modules/ai/rules/index.ts') },
  levels: { contract: levels, schema: null, load: () => import('../modules/ai/levels/index.ts') },
  explanations: {
    contract: explanations,
    schema: null,
    load: () => import('../modules/ai/explanations/index.ts'),
  },
  receipts: {
    contract: receipts,
    schema: 'receipts',
    load: () => import('../modules/ai/receipts/index.ts'),
  },
  oversight: {
    contract: oversight,
    schema: null,
    load: () => import('../modules/ai/oversight/index.ts'),
  },
  promises: { contract: promises, schema: null, load: () => import('../modules/ai/promises/index.ts') },
  contests: {
    contract: contests,
    schema: 'contests',
    load: () => import('../modules/ai/contests/index.ts'),
  },
  notices: { contract: notices, schema: 'notices', load: () => import('../modules/ai/notices/index.ts') },
  decisions: {
    contract: decisions,
    schema: 'decisions',
    load: () => import('../modules/ai/decisions/index.ts'),
  },
  agents: { contract: agents, schema: 'agents', load: () => import('../modules/ai/agents/index.ts') },
  validation: {
    contract: validation,
    schema: 'validation',
    load: () => import('../modules/ai/validation/index.ts'),
  },
  evaluations: {
    contract: evaluations,
    schema: 'evaluations',
    load: () => import('../modules/manager/evaluations/index.ts'),
  },
  approvals: {
    contract: approvals,
    schema: 'approvals',
    load: () => import('../modules/manager/approvals/index.ts'),
  },
  stageGates: {
    contract: stageGates,
    schema: 'gates',
    load: () => import('../modules/manager/stage-gates/index.ts'),
  },
  knowledge: {
    contract: knowledge,
    schema: 'knowledge',
    load: () => import('../modules/manager/knowledge/index.ts'),
  },
  performance: {
    contract: performance,
    schema: 'performance',
    load: () => import('../modules/manager/performance/index.ts'),
  },
  search: { contract: {}, schema: 'context', load: () => import('../modules/context/search/index.ts') },
  conversations: {
    contract: conversations,
    schema: 'context',
    load: () => import('../modules/context/conversations/index.ts'),
  },
  repositories: {
    contract: repositories,
    schema: 'context',
    load: () => import('../modules/context/repositories/index.ts'),
  },
  links: { contract: links, schema: 'context', load: () => import('../modules/context/links/index.ts') },
  provenance: {
    contract: provenance,
    schema: 'context',
    load: () => import('../modules/context/provenance/index.ts'),
  },
  signing: {
    contract: signing,
    schema: 'licences',
    load: () => import('../modules/licences/signing/index.ts'),
  },
  licences: {
    contract: licences,
    schema: 'licences',
    load: () => import('../modules/licences/licences/index.ts'),
  },
  analytics: {
    contract: analytics,
    schema: 'context',
    load: () => import('../modules/context/analytics/index.ts'),
  },
  templates: {
    contract: templates,
    schema: 'workflows',
    load: () => import('../modules/workflows/templates/index.ts'),
  },
  workflows: {
    contract: instances,
    schema: 'workflows',
    load: () => import('../modules/workflows/instances/index.ts'),
  },
  dashboard: {
    contract: dashboard,
    schema: null,
    load: () => import('../modules/workflows/dashboard/index.ts'),
  },
} as const;

export type ModuleName = keyof typeof MODULES;
