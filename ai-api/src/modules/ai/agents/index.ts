import type { Config } from '../../../config/index.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Ledger } from '../../../models/ledger/index.ts';
import type { Route } from '../../../models/route.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Tenancy } from '../../shared/tenancy/index.ts';
import type { Prompts } from '../prompts/index.ts';
import { agent, execution } from './contract.ts';
import { agentModels } from './models.ts';
import { type Agents, createAgents } from './service.ts';

export { personalData } from './personal-data.ts';
export type { AnswerVerdict, CheckAnswer } from './runner.ts';
export type { Agents } from './service.ts';

interface Needs {
  database: Database;
  jobs: Jobs;
  events: Events;
  routes: readonly Route[];
  ledger: Ledger;
  metrics: Metrics;
  prompts: Prompts;
  tenancy: Tenancy;
  clock: Clock;
  config: Pick<Config, 'AGENT_CONCURRENCY'>;
}

export function create({ routes, ledger, metrics, prompts, tenancy, clock, config, ...needs }: Needs) {
  const { settingsOf } = tenancy;
  const models = agentModels({ routes, ledger, onCall: metrics.modelCall, prompts, settingsOf });
  const concurrency = config.AGENT_CONCURRENCY;
  return createAgents({ ...needs, models, concurrency, now: () => clock.now() });
}

/** The operations of this module. */
export function operations(service: Agents): Served[] {
  return [
    serve(agent, {
      create: (input, request) => service.create(actorOf(request), input),
      list: ({ archived, ...page }, { caller }) => service.list(caller.tenantId, archived, page),
      get: ({ agentId }, { caller }) => service.get(caller.tenantId, agentId),
      update: ({ agentId, version, ...change }, request) =>
        service.update(actorOf(request), agentId, version, change),
      archive: ({ agentId }, request) => service.archive(actorOf(request), agentId),
      listVersions: ({ agentId, ...page }, { caller }) =>
        service.listVersions(caller.tenantId, agentId, page),
      execute: (input, request) => service.execute(request, input),
    }),
    serve(execution, {
      list: ({ cursor, limit, ...filter }, { caller }) =>
        service.listExecutions(caller.tenantId, filter, { cursor, limit }),
      get: ({ executionId }, { caller }) => service.getExecution(caller.tenantId, executionId),
      cancel: ({ executionId }, request) => service.cancel(actorOf(request), executionId),
      getContext: ({ contextId }, request) => service.getContext(request, contextId),
      deleteContext: ({ contextId }, request) => service.deleteContext(request, contextId),
    }),
  ];
}
