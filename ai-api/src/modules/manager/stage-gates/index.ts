import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import { STAGES } from '../../../contract/schemas.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Explains } from '../../../judgement/index.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { CountAdverse } from '../../../platform/promises.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import type { Contestable } from '../../ai/contests/index.ts';
import type { Notices } from '../../ai/notices/index.ts';
import type { Prompts } from '../../ai/prompts/index.ts';
import type { Quality } from '../../ai/quality/index.ts';
import { record, systemActor } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Identity } from '../../shared/identity/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import type { People } from '../../shared/people/index.ts';
import { countGates } from './adverse.ts';
import { gateCriterion, stageGate } from './contract.ts';
import { scheduleReminders } from './deadlines.ts';
import { stageGateKind } from './kind.ts';
import { createStageGates, type StageGates } from './service.ts';
import { insertGate } from './store.ts';

export { personalData } from './personal-data.ts';
export type { StageGates } from './service.ts';

const GATES = new URL('../../../../rules/stage-gates.json', import.meta.url);
const stage = z.enum(STAGES);
const seeds = z.array(
  z.object({ fromStage: stage, toStage: stage, name: z.string(), criteria: z.array(gateCriterion) }),
);

/** Gives a tenant the gates that come with the platform, where it has none between two stages yet. */
export async function seed(transaction: TenantTransaction, tenantId: string): Promise<void> {
  const made: string[] = [];
  for (const gate of seeds.parse(JSON.parse(await readFile(GATES, 'utf8')))) {
    if (await insertGate(transaction, { ...gate, changedBy: 'seed' })) made.push(gate.name);
  }
  if (made.length === 0) return;
  await record(transaction, systemActor(tenantId, 'stageGate.seed'), {
    subject: 'stage-gates',
    details: [{ about: [], content: { made } }],
  });
}

interface Needs {
  database: Database;
  jobs: Jobs;
  identity: Identity;
  notifications: Notifications;
  dashboards: Dashboards;
  people: People;
  events: Events;
  prompts: Prompts;
  quality: Quality;
  notices: Notices;
  model: ChatModel | null;
  clock: Clock;
  metrics: Metrics;
  log: Logger;
}

/** The kinds of judgement of this module. */
export const kinds = [stageGateKind];

/** Gates between stages, with the watch over what waits at them. */
export function create(needs: Needs) {
  const { database, people, events, prompts, model, dashboards } = needs;
  const setup = {
    ...{ database, people, events, prompts, model, dashboards },
    notify: needs.notifications.notify,
    now: () => needs.clock.now(),
    storeJudgement: needs.quality.storeJudgement,
    whyWithheld: needs.notices.whyWithheld,
    onJudged: needs.metrics.judged,
  };
  scheduleReminders(needs.jobs, setup, needs.identity.tenantIds, needs.log);
  return createStageGates(setup);
}

/** What explanations need of its judgements. */
export function explains({ builderOf, rulebookOf }: StageGates): Explains[] {
  return [{ kind: stageGateKind, builderOf, rulebookOf }];
}

/** Adverse outcomes that its own table has. */
export function adverse(): CountAdverse[] {
  return [countGates];
}

/** How its contested judgements are changed. */
export function contestable({ contestedGates }: StageGates): Contestable[] {
  return [contestedGates];
}

/** The operations of this module. */
export function operations(service: StageGates): Served[] {
  return [
    serve(stageGate, {
      list: (page, { caller }) => service.list(caller.tenantId, page),
      save: (given, request) => service.save(request, given),
      evaluate: (given, request) => service.evaluate(request, given),
      listEvaluations: ({ cursor, limit, ...filter }, request) =>
        service.listEvaluations(request, filter, { cursor, limit }),
      getEvaluation: ({ evaluationId }, { caller }) => service.getEvaluation(caller.tenantId, evaluationId),
      review: (given, request) => service.review(request, given),
      confirm: (given, request) => service.confirm(request, given),
      waive: (given, request) => service.waive(request, given),
    }),
  ];
}
