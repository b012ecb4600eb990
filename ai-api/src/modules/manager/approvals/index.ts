import type { Logger } from 'pino';
import type { RequestContext } from '../../../http/caller.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Explains } from '../../../judgement/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { PersonalData } from '../../../platform/personal-data.ts';
import type { CountAdverse } from '../../../platform/promises.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import type { Contestable } from '../../ai/contests/index.ts';
import type { Labels } from '../../ai/levels/index.ts';
import type { Notices } from '../../ai/notices/index.ts';
import type { Prompts } from '../../ai/prompts/index.ts';
import type { Quality } from '../../ai/quality/index.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Files } from '../../shared/files/index.ts';
import type { Identity } from '../../shared/identity/index.ts';
import { builderIdByEmail, type People } from '../../shared/people/index.ts';
import { countRequests } from './adverse.ts';
import { createAnnouncer } from './announce.ts';
import { approver } from './approvers/contract.ts';
import { approval } from './contract.ts';
import { scheduleDeadlines } from './deadlines.ts';
import { approvalKind } from './kind.ts';
import { requestLabels } from './labels.ts';
import type { Parts } from './parts.ts';
import { personalDataOf } from './personal-data.ts';
import { type Approvals, createApprovals } from './service.ts';

export type { Approvals } from './service.ts';

interface TriageJob {
  tenantId: string;
  approvalId: string;
}

const QUEUE = 'approval.triage';

/** The kinds of judgement of this module. */
export const kinds = [approvalKind];

interface Needs {
  database: Database;
  jobs: Jobs;
  identity: Identity;
  people: People;
  events: Events;
  files: Files;
  dashboards: Dashboards;
  prompts: Prompts;
  quality: Quality;
  notices: Notices;
  clock: Clock;
  metrics: Metrics;
  log: Logger;
}

/** Requests for manual time, with the job that triages them and the watch over their deadlines. */
export function create(needs: Needs) {
  const { database, jobs, identity, people, events, files, dashboards, prompts, quality } = needs;
  const { clock, metrics, log } = needs;
  const parts: Parts = {
    database,
    people,
    files,
    dashboards,
    announce: createAnnouncer(events),
    prompts,
    storeJudgement: quality.storeJudgement,
    whyWithheld: needs.notices.whyWithheld,
    enqueueTriage: (transaction, tenantId, approvalId) =>
      jobs.enqueue<TriageJob>(transaction, QUEUE, [{ tenantId, approvalId }], { priority: 'high' }),
    isKnown: async (transaction, email) =>
      (await identity.users.isKnown(transaction, email)) ||
      (await builderIdByEmail(transaction, email)) !== null,
    onJudged: metrics.judged,
    now: () => clock.now(),
  };
  const approvals = createApprovals(parts);
  jobs.define<TriageJob>({
    name: QUEUE,
    priority: 'high',
    concurrency: 4,
    retryLimit: 5,
    retryDelay: 2,
    retryDelayMax: 60,
    expireInSeconds: 300,
    handle: ({ tenantId, approvalId }, { signal }) => approvals.triageLater(tenantId, approvalId, signal),
    // It stays submitted, where people see that it waits and may triage it again.
    onDead: async () => {},
  });
  scheduleDeadlines(jobs, parts, identity.tenantIds, log);
  return approvals;
}

/** Requests of people, and the imported work that they are compared with. */
export function personalData({ workRecords }: Approvals): PersonalData {
  return { ...personalDataOf(), retention: [workRecords] };
}

/** What explanations need of its judgements. */
export function explains({ builderOf }: Approvals): Explains[] {
  return [{ kind: approvalKind, builderOf }];
}

/** How its contested judgements are changed. */
export function contestable({ contestedRequests }: Approvals): Contestable[] {
  return [contestedRequests];
}

/** Adverse outcomes that its own table has. */
export function adverse(): CountAdverse[] {
  return [countRequests];
}

/** What people made of requests, for levels. */
export function labels(): Labels[] {
  return [requestLabels];
}

/** The operations of this module. */
export function operations(service: Approvals): Served[] {
  const tenantOf = ({ caller }: RequestContext) => caller.tenantId;
  return [
    serve(approval, {
      submit: ({ builderId, attachments, ...timeRequest }, context) =>
        service.submit(context, builderId, timeRequest, attachments),
      list: ({ cursor, limit, ...filter }, context) => service.list(context, filter, { cursor, limit }),
      counts: (_input, context) => service.counts(context),
      payable: ({ week, ...page }, context) => service.payable(tenantOf(context), week, page),
      getSettings: (_input, context) => service.getSettings(tenantOf(context)),
      setSettings: (change, context) => service.setSettings(context, change),
      get: ({ approvalId }, context) => service.get(context, approvalId),
      triage: (given, context) => service.triage(context, given),
      override: (decision, context) => service.override(context, decision),
      bulk: ({ items, ...decision }, context) => service.bulk(context, items, decision),
      amend: (given, context) => service.amend(context, given),
      askPerson: (given, context) => service.askPerson(context, given),
      confirm: (seen, context) => service.confirm(context, seen),
      escalate: (given, context) => service.escalate(context, given),
      withdraw: (seen, context) => service.withdraw(context, seen),
      appeal: (given, context) => service.appeal(context, given),
    }),
    serve(approver, {
      listGroups: (page, context) => service.listGroups(tenantOf(context), page),
      createGroup: (input, context) => service.createGroup(actorOf(context), input),
      updateGroup: ({ groupId, ...change }, context) =>
        service.updateGroup(actorOf(context), groupId, change),
      deleteGroup: ({ groupId }, context) => service.deleteGroup(actorOf(context), groupId),
      listDelegations: (page, context) => service.listDelegations(tenantOf(context), page),
      delegate: (input, context) => service.delegate(actorOf(context), context.caller, input),
      endDelegation: ({ delegationId }, context) =>
        service.endDelegation(actorOf(context), context.caller, delegationId),
    }),
  ];
}
