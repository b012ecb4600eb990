import type { RequestHandler, Router } from 'express';
import type { Logger } from 'pino';
import type { Config } from '../../../config/index.ts';
import type { RequestContext } from '../../../http/caller.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Cache } from '../../../platform/cache/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Plans } from '../../shared/plans/index.ts';
import type { Realtime } from '../../shared/realtime/index.ts';
import type { Filter, Search } from '../search/index.ts';
import { conversation, conversationPolicy, READERS } from './contract.ts';
import { personalDataOf } from './personal-data.ts';
import { type Conversations, createConversations } from './service.ts';
import { ownerOf } from './session.ts';
import { sharePage } from './share-page.ts';
import { createUse } from './use.ts';

export { requireConversation } from './reading.ts';
export { repositoryOf } from './repository.ts';
export type { Conversations } from './service.ts';
export { ownerOf } from './session.ts';

interface Needs {
  database: Database;
  jobs: Jobs;
  events: Events;
  plans: Plans;
  search: Search;
  realtime: Realtime;
  cache: Cache;
  metrics: Metrics;
  publicUrl: string;
  clock: Clock;
  log: Logger;
  config: Pick<Config, 'CONTEXT_REDACT_EMAILS'>;
}

type Service = Conversations & { removal: Pick<Needs, 'events' | 'search'> };

export function create({ clock, config, realtime, ...needs }: Needs): Service {
  const service = createConversations({
    ...needs,
    redactEmails: config.CONTEXT_REDACT_EMAILS === 'on',
    now: () => clock.now(),
  });
  needs.metrics.measureUse(createUse({ database: needs.database, now: () => clock.now() }));
  realtime.room({
    name: 'conversations',
    field: 'conversationId',
    roles: READERS,
    resource: conversation.id,
    mayFollow: (caller, id) => service.mayFollow(caller.tenantId, ownerOf(caller).id, id),
  });
  return { ...service, removal: { events: needs.events, search: needs.search } };
}

/** The page behind the links of shared conversations. */
export function routes(service: Service, anonymous: RequestHandler): Router {
  return sharePage(service, anonymous);
}

/** What is held about people. */
export const personalData = ({ removal }: Service) => personalDataOf(removal);

interface FilterInput extends Omit<Filter, 'owner'> {
  author?: string | undefined;
}

const readerOf = ({ caller }: RequestContext) => ({ tenantId: caller.tenantId, id: ownerOf(caller).id });

function filterOf({ author, ...filter }: FilterInput, { caller }: RequestContext): Filter {
  return { ...filter, ...(author ? { owner: author === 'me' ? ownerOf(caller).id : author } : {}) };
}

/** The operations of this module. */
export function operations(service: Service): Served[] {
  return [
    serve(conversation, {
      create: (input, request) => service.create(actorOf(request), ownerOf(request.caller), input),
      import: (input, request) => service.import(actorOf(request), ownerOf(request.caller), input),
      list: ({ cursor, limit, ...filters }, request) =>
        service.list(readerOf(request), filterOf(filters, request), { cursor, limit }),
      search: ({ q, alpha, explain, cursor, limit, ...filters }, request) =>
        service.search(readerOf(request), {
          q,
          alpha,
          explain,
          cursor,
          limit,
          filter: filterOf(filters, request),
          signal: request.signal,
        }),
      get: ({ conversationId }, request) => service.get(readerOf(request), conversationId),
      listMessages: ({ conversationId, ...page }, request) =>
        service.messages(readerOf(request), conversationId, page, (owner) =>
          request.reveal({ subject: owner }),
        ),
      update: ({ conversationId, ...change }, request) =>
        service.update(actorOf(request), ownerOf(request.caller), conversationId, change),
      delete: ({ conversationId }, request) =>
        service.delete(actorOf(request), ownerOf(request.caller), conversationId),
      export: ({ conversationId, format }, request) =>
        service.export(actorOf(request), ownerOf(request.caller).id, conversationId, {
          format,
          onRead: (owner) => request.reveal({ subject: owner }),
        }),
      listRedactions: ({ conversationId }, request) => service.redactions(readerOf(request), conversationId),
      share: ({ conversationId, hours }, request) =>
        service.shares.share(actorOf(request), ownerOf(request.caller), conversationId, hours),
      listShares: ({ conversationId }, request) =>
        service.shares.list(request.caller.tenantId, ownerOf(request.caller).id, conversationId),
      revokeShare: ({ conversationId, shareId }, request) =>
        service.shares.revoke(actorOf(request), ownerOf(request.caller), conversationId, shareId),
      readShared: ({ token }) => service.shares.read(token),
    }),
    serve(conversationPolicy, {
      list: ({ cursor, limit }, { caller }) => service.policies.list(caller.tenantId, { cursor, limit }),
      set: (input, request) => service.policies.set(actorOf(request), input),
      delete: ({ policyId }, request) => service.policies.delete(actorOf(request), policyId),
    }),
  ];
}
