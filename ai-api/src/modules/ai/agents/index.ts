import { type Served, serve } from '../../../http/router.ts';
import { actorOf } from '../../shared/audit/index.ts';
import { agent, execution } from './contract.ts';
import type { Agents } from './service.ts';

export { agentModels } from './models.ts';
export { type Agents, createAgents } from './service.ts';

/** The operations of this module. */
export function serveAgents(service: Agents): Served[] {
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
