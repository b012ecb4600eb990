import type { Logger } from 'pino';
import type { Config } from '../../../config/index.ts';
import type { Role } from '../../../contract/operation.ts';
import type { RequestContext } from '../../../http/caller.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Explains, Reader } from '../../../judgement/index.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { Cache } from '../../../platform/cache/index.ts';
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
import type { Receipts } from '../../ai/receipts/index.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Identity } from '../../shared/identity/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import type { People } from '../../shared/people/index.ts';
import type { Tenancy } from '../../shared/tenancy/index.ts';
import { countGrades } from './adverse.ts';
import { scheduleOpening } from './answering.ts';
import { evaluation } from './contract.ts';
import { evaluationKind } from './kinds/builder.ts';
import { projectKind } from './kinds/project.ts';
import { isJudgementHidden, type Viewer } from './reading.ts';
import { createEvaluations, type Evaluations } from './service.ts';

export { newestOfficialWeek, type OfficialResult, officialResults, officialWeek } from './history.ts';
export { evaluationKind } from './kinds/builder.ts';
export { personalData } from './personal-data.ts';
export type { Evaluations } from './service.ts';

interface Needs {
  database: Database;
  jobs: Jobs;
  identity: Identity;
  log: Logger;
  people: People;
  events: Events;
  cache: Cache;
  prompts: Prompts;
  quality: Quality;
  receipts: Receipts;
  notices: Notices;
  tenancy: Tenancy;
  model: ChatModel | null;
  clock: Clock;
  metrics: Metrics;
  dashboards: Dashboards;
  notifications: Notifications;
  config: Pick<Config, 'EVALUATION_CONCURRENCY'>;
}

/** The kinds of judgement of this module. */
export const kinds = [evaluationKind, projectKind];

export function create(needs: Needs) {
  const { database, jobs, people, events, cache, prompts, quality, tenancy, model, clock, metrics, config } =
    needs;
  const { dashboards, notifications, receipts, notices } = needs;
  const evaluations = createEvaluations(database, jobs, people, events, cache, {
    concurrency: config.EVALUATION_CONCURRENCY,
    model,
    prompts,
    now: () => clock.now(),
    storeJudgement: quality.storeJudgement,
    settingsOf: tenancy.settingsOf,
    dashboards,
    renderAll: notifications.renderAll,
    replyTo: notifications.replyTo,
    receipts,
    notices,
    onJudged: metrics.judged,
  });
  scheduleOpening(jobs, evaluations.openWeeks, needs.identity.tenantIds, needs.log);
  return evaluations;
}

/** What explanations need of its judgements. */
export function explains({ builderOfProject }: Evaluations): Explains[] {
  return [
    { kind: evaluationKind, builderOf: async (_transaction, subjectId) => subjectId, isHidden },
    { kind: projectKind, builderOf: builderOfProject, isHidden },
  ];
}

function isHidden(
  transaction: TenantTransaction,
  judgementId: string,
  { roles, builderId }: Reader,
): Promise<boolean> {
  return isJudgementHidden(transaction, judgementId, { isOperator: mayOperate(roles), builderId });
}

/** Adverse outcomes that its own table has. */
export function adverse(): CountAdverse[] {
  return [countGrades];
}

/** How its contested judgements are suspended and changed. */
export function contestable({ contestedGrades }: Evaluations): Contestable[] {
  return contestedGrades;
}

/** Those who run evaluations, and have their results at once. */
const OPERATORS: readonly Role[] = ['admin', 'executive', 'ops'];

const mayOperate = (roles: readonly string[]) => OPERATORS.some((role) => roles.includes(role));

function viewerOf({ caller, onlyBuilder }: RequestContext): Viewer {
  return {
    isOperator: mayOperate(caller.roles),
    builderId: caller.user?.builderId ?? null,
    isForBuilder: onlyBuilder !== null,
  };
}

/** The operations of this module. */
export function operations(service: Evaluations): Served[] {
  return [
    serve(evaluation, {
      startWeekly: (input, request) => service.startWeekly(actorOf(request), input, request.signal),
      next: (_input, request) => service.next(request.caller.tenantId, request.signal),
      list: ({ cursor, limit, ...filter }, request) =>
        service.list(request.caller.tenantId, filter, { cursor, limit }, viewerOf(request)),
      listRuns: ({ week, ...page }, { caller }) => service.listRuns(caller.tenantId, week, page),
      getRun: ({ runId }, { caller }) => service.getRun(caller.tenantId, runId),
      listResults: ({ runId, cursor, limit, ...filter }, request) =>
        service.listResults(request.caller.tenantId, runId, filter, { cursor, limit }, viewerOf(request)),
      retry: ({ runId, builderId }, request) => service.retry(actorOf(request), runId, builderId),
      listEmails: ({ runId, unsent, ...page }, request) =>
        service.listEmails(actorOf(request), runId, unsent, page),
      get: ({ evaluationId }, request) =>
        service.get(request.caller.tenantId, evaluationId, viewerOf(request)),
      answer: ({ evaluationId, answer }, request) => service.answer(request, evaluationId, answer),
      markNotified: ({ evaluationId, judgementId }, request) =>
        service.markNotified(actorOf(request), evaluationId, judgementId),
      confirm: ({ items, reason }, request) => service.confirm(actorOf(request), items, reason),
      override: ({ evaluationId, ...input }, request) =>
        service.override(actorOf(request), evaluationId, input),
    }),
  ];
}
