import { type Served, serve } from '../../../http/router.ts';
import { actorOf } from '../audit/index.ts';
import { usage } from './contract.ts';
import type { UsageService } from './service.ts';

export { createUsage } from './service.ts';

/** The operations of this module. */
export function serveUsage(service: UsageService): Served[] {
  return [
    serve(usage, {
      summarize: ({ by, cursor, limit, ...asked }, { caller }) =>
        service.summarize(caller.tenantId, by, asked, { cursor, limit }),
      listCalls: ({ cursor, limit, ...asked }, { caller }) =>
        service.listCalls(caller.tenantId, asked, { cursor, limit }),
      getTraces: (_input, { caller }) => service.getTraces(caller.tenantId),
      exportTraces: ({ since, until }, request) => service.exportTraces(actorOf(request), since, until),
      getBudget: (_input, { caller }) => service.getBudget(caller.tenantId),
      setBudget: ({ dailyMicros }, request) => service.setBudget(actorOf(request), dailyMicros),
    }),
  ];
}
