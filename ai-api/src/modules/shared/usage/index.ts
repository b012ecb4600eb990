import { type Served, serve } from '../../../http/router.ts';
import type { Ledger } from '../../../models/ledger/index.ts';
import type { Traces } from '../../../models/tracing/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import { actorOf } from '../audit/index.ts';
import type { Identity } from '../identity/index.ts';
import { usage } from './contract.ts';
import { createUsage, type UsageService } from './service.ts';

interface Needs {
  database: Database;
  ledger: Ledger;
  traces: Traces;
  identity: Pick<Identity, 'isOpenedByPerson'>;
  clock: Clock;
}

export function create({ database, ledger, traces, identity, clock }: Needs) {
  return createUsage({ database, ledger, traces, identity, now: () => clock.now() });
}

/** The operations of this module. */
export function operations(service: UsageService): Served[] {
  return [
    serve(usage, {
      summarize: ({ by, cursor, limit, ...asked }, { caller }) =>
        service.summarize(caller.tenantId, by, asked, { cursor, limit }),
      listCalls: ({ cursor, limit, ...asked }, { caller }) =>
        service.listCalls(caller.tenantId, asked, { cursor, limit }),
      getTraces: (_input, { caller }) => service.getTraces(caller.tenantId),
      exportTraces: (input, request) => service.exportTraces(actorOf(request), input),
      getBudget: (_input, { caller }) => service.getBudget(caller.tenantId),
      setBudget: ({ dailyMicros }, request) => service.setBudget(actorOf(request), dailyMicros),
    }),
  ];
}
