import { type Served, serve } from '../../../http/router.ts';
import { actorOf } from '../audit/index.ts';
import { builder, people, project } from './contract.ts';
import type { People } from './service.ts';

export { createBrainLift, createMetricsApi, createWorkSmart } from './connectors/index.ts';
export { createPeople, type KnownWeek, type People } from './service.ts';
export type { Sources } from './sources.ts';
export { type BuilderRecord, builderIdByEmail } from './store.ts';
export type { Span, TimeRecords } from './time-store.ts';

/** The operations of this module. */
export function servePeople(service: People): Served[] {
  return [
    serve(people, {
      import: ({ dryRun, ...tables }, request) => service.import(actorOf(request), tables, dryRun),
      importTime: ({ dryRun, ...tables }, request) => service.importTime(actorOf(request), tables, dryRun),
    }),
    serve(builder, {
      list: ({ cursor, limit, ...filter }, { caller }) =>
        service.listBuilders(caller.tenantId, filter, { cursor, limit }),
      get: ({ builderId }, { caller }) => service.getBuilder(caller.tenantId, builderId),
    }),
    serve(project, {
      list: ({ cursor, limit, ...filter }, { caller }) =>
        service.listProjects(caller.tenantId, filter, { cursor, limit }),
      get: ({ projectId }, { caller }) => service.getProject(caller.tenantId, projectId),
    }),
  ];
}
