import type { Logger } from 'pino';
import type { Config } from '../../../config/index.ts';
import type { RequestContext } from '../../../http/caller.ts';
import type { Invoker } from '../../../http/invoker.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { PersonalData } from '../../../platform/personal-data.ts';
import type { Agents } from '../../ai/agents/index.ts';
import type { Decisions } from '../../ai/decisions/index.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Identity } from '../../shared/identity/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import type { People } from '../../shared/people/index.ts';
import type { Templates } from '../templates/index.ts';
import { workflow } from './contract.ts';
import type { AtPoint } from './parts.ts';
import { createWorkflows, type Workflows } from './service.ts';

export type { AtPoint, CrashPoint } from './parts.ts';
export type { Workflows } from './service.ts';

interface Needs {
  database: Database;
  jobs: Jobs;
  events: Events;
  templates: Templates;
  invoker: Invoker;
  identity: Identity;
  people: People;
  decisions: Decisions;
  agents: Agents;
  notifications: Notifications;
  clock: Clock;
  log: Logger;
  atPoint: AtPoint;
  config: Pick<Config, 'WORKFLOW_CONCURRENCY' | 'WORKFLOW_COMPANY_CONCURRENCY' | 'JOB_HEARTBEAT_SECONDS'>;
}

export function create({ config, clock, ...needs }: Needs) {
  const parts = {
    ...needs,
    leaseSeconds: config.JOB_HEARTBEAT_SECONDS,
    now: () => clock.now(),
  };
  return createWorkflows(parts, {
    concurrency: config.WORKFLOW_CONCURRENCY,
    perCompany: config.WORKFLOW_COMPANY_CONCURRENCY,
  });
}

/** What people wrote into workflows, and what steps answered about them. */
export function personalData({ personalData: held }: Workflows): PersonalData {
  return held;
}

/** The operations of this module. */
export function operations(service: Workflows): Served[] {
  /** Says whom the instances that an answer shows are about. */
  const shown = async <T>(request: RequestContext, answer: Promise<T>): Promise<T> => {
    const view = await answer;
    request.reveal({ subject: null });
    for (const subject of await service.subjectsIn(request.caller.tenantId, view))
      request.reveal({ subject });
    return view;
  };
  return [
    serve(workflow, {
      execute: (input, request) => service.execute(request, input),
      list: ({ cursor, limit, ...filter }, request) =>
        shown(request, service.list(request.caller.tenantId, filter, { cursor, limit })),
      count: ({ template }, { caller }) => service.count(caller.tenantId, template),
      get: ({ instanceId }, request) => shown(request, service.get(request.caller.tenantId, instanceId)),
      complete: ({ instanceId }, request) =>
        shown(request, service.complete(request.caller.tenantId, instanceId)),
      timeline: ({ instanceId }, { caller }) => service.timeline(caller.tenantId, instanceId),
      pause: ({ instanceId }, request) => shown(request, service.pause(actorOf(request), instanceId)),
      resume: ({ instanceId }, request) => shown(request, service.resume(actorOf(request), instanceId)),
      cancel: ({ instanceId, mode, reason }, request) =>
        shown(request, service.cancel(actorOf(request), instanceId, mode, reason)),
      signal: ({ instanceId, signal, payload }, request) =>
        shown(request, service.signal(actorOf(request), instanceId, signal, payload)),
      retry: ({ instanceId, path }, request) =>
        shown(request, service.retry(actorOf(request), instanceId, path)),
      resolve: ({ instanceId, reason }, request) =>
        shown(request, service.resolve(actorOf(request), instanceId, reason)),
      beginStep: ({ instanceId, step, executionId }, request) =>
        service.beginStep(actorOf(request), instanceId, step, executionId),
      endStep: ({ instanceId, step, executionId, ...ended }, request) =>
        service.endStep(actorOf(request), instanceId, step, executionId, ended),
      fail: ({ executionId, message }, request) =>
        service.failExecution(actorOf(request), executionId, message),
    }),
  ];
}
