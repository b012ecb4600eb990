import type { Config } from '../../../config/index.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Explains } from '../../../judgement/index.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { Cache } from '../../../platform/cache/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import type { Prompts } from '../../ai/prompts/index.ts';
import type { Quality } from '../../ai/quality/index.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import type { People } from '../../shared/people/index.ts';
import type { Tenancy } from '../../shared/tenancy/index.ts';
import { evaluation } from './contract.ts';
import { evaluationKind } from './kinds/builder.ts';
import { projectKind } from './kinds/project.ts';
import { createEvaluations, type Evaluations } from './service.ts';

export { newestOfficialWeek, type OfficialResult, officialResults, officialWeek } from './history.ts';
export { evaluationKind } from './kinds/builder.ts';
export type { Evaluations } from './service.ts';

interface Needs {
  database: Database;
  jobs: Jobs;
  people: People;
  events: Events;
  cache: Cache;
  prompts: Prompts;
  quality: Quality;
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
  const { dashboards, notifications } = needs;
  return createEvaluations(database, jobs, people, events, cache, {
    concurrency: config.EVALUATION_CONCURRENCY,
    model,
    prompts,
    now: () => clock.now(),
    storeJudgement: quality.storeJudgement,
    settingsOf: tenancy.settingsOf,
    dashboards,
    render: notifications.render,
    onJudged: metrics.judged,
  });
}

/** What explanations need of its judgements. */
export function explains({ builderOfProject }: Evaluations): Explains[] {
  return [
    { kind: evaluationKind, builderOf: async (_transaction, subjectId) => subjectId },
    { kind: projectKind, builderOf: builderOfProject },
  ];
}

/** The operations of this module. */
export function operations(service: Evaluations): Served[] {
  return [
    serve(evaluation, {
      startWeekly: (input, request) => service.startWeekly(actorOf(request), input, request.signal),
      list: ({ cursor, limit, ...filter }, { caller }) =>
        service.list(caller.tenantId, filter, { cursor, limit }),
      listRuns: ({ week, ...page }, { caller }) => service.listRuns(caller.tenantId, week, page),
      getRun: ({ runId }, { caller }) => service.getRun(caller.tenantId, runId),
      listResults: ({ runId, cursor, limit, ...filter }, { caller, onlyBuilder }) =>
        service.listResults(caller.tenantId, runId, filter, { cursor, limit }, onlyBuilder !== null),
      retry: ({ runId, builderId }, request) => service.retry(actorOf(request), runId, builderId),
      listEmails: ({ runId, unsent, ...page }, { caller }) =>
        service.listEmails(caller.tenantId, runId, unsent, page),
      get: ({ evaluationId }, { caller, onlyBuilder }) =>
        service.get(caller.tenantId, evaluationId, onlyBuilder !== null),
      markNotified: ({ evaluationId }, request) => service.markNotified(actorOf(request), evaluationId),
      confirm: ({ items, reason }, request) => service.confirm(actorOf(request), items, reason),
      override: ({ evaluationId, ...input }, request) =>
        service.override(actorOf(request), evaluationId, input),
    }),
  ];
}
