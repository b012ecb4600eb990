import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Prompts } from '../prompts/index.ts';
import { experiment } from './contract.ts';
import { createExperiments, type Experiments } from './service.ts';
import { stopExperiment } from './stop.ts';

export { pairedDifference } from './statistics.ts';

interface Needs {
  database: Database;
  prompts: Prompts;
  clock: Clock;
}

export function create({ database, prompts, clock }: Needs) {
  prompts.onRollback((transaction, running, reason) =>
    stopExperiment(transaction, running, `Rolled back: ${reason}`, clock.now()),
  );
  return createExperiments(database, () => clock.now());
}

/** The operations of this module. */
export function operations(service: Experiments): Served[] {
  return [
    serve(experiment, {
      create: (input, request) => service.create(actorOf(request), input),
      list: ({ cursor, limit, ...filter }, { caller }) =>
        service.list(caller.tenantId, filter, { cursor, limit }),
      get: ({ experimentId }, { caller }) => service.get(caller.tenantId, experimentId),
      start: ({ experimentId }, request) => service.start(actorOf(request), experimentId),
      stop: ({ experimentId, reason }, request) => service.stop(actorOf(request), experimentId, reason),
      report: ({ experimentId }, { caller }) => service.report(caller.tenantId, experimentId),
    }),
  ];
}
