import type { Config } from '../../../config/index.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Kind } from '../../../judgement/index.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Prompts } from '../prompts/index.ts';
import { promptOptimization } from './contract.ts';
import { createOptimizations, type Optimizations } from './service.ts';

interface Needs {
  database: Database;
  jobs: Jobs;
  events: Events;
  prompts: Prompts;
  kinds: readonly Kind[];
  model: ChatModel | null;
  clock: Clock;
  config: Pick<Config, 'EVALUATION_CONCURRENCY'>;
}

export function create({ database, jobs, events, prompts, kinds, model, clock, config }: Needs) {
  const settings = {
    kinds,
    model,
    concurrency: config.EVALUATION_CONCURRENCY,
    publish: events.publish,
    now: () => clock.now(),
  };
  return createOptimizations(database, jobs, prompts, settings);
}

/** The operations of this module. */
export function operations(service: Optimizations): Served[] {
  return [
    serve(promptOptimization, {
      start: (input, request) => service.start(actorOf(request), input),
      list: ({ name, ...page }, { caller }) => service.list(caller.tenantId, name, page),
      get: ({ optimizationId }, { caller }) => service.get(caller.tenantId, optimizationId),
      accept: ({ optimizationId }, request) => service.accept(actorOf(request), optimizationId),
      reject: ({ optimizationId, reason }, request) =>
        service.reject(actorOf(request), optimizationId, reason),
    }),
  ];
}
