import type { Logger } from 'pino';
import type { RequestContext } from '../../../http/caller.ts';
import { type Served, serve } from '../../../http/router.ts';
import { openRulebook } from '../../../judgement/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import type { Quality } from '../../ai/quality/index.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Identity } from '../../shared/identity/index.ts';
import { ownerOf } from '../conversations/index.ts';
import type { Search } from '../search/index.ts';
import { link } from './contract.ts';
import { createFind } from './find.ts';
import { commitLinkKind } from './kind.ts';
import { createLinks, type Links, type Reader } from './service.ts';
import { createWork } from './work.ts';

export { personalData } from './personal-data.ts';
export type { Links, Reader } from './service.ts';
export { editsOfConversations, type LinkRow, linksOf, linksOfRepositories } from './store.ts';

interface Needs {
  database: Database;
  jobs: Jobs;
  events: Events;
  identity: Identity;
  search: Search;
  quality: Pick<Quality, 'storeJudgement'>;
  metrics: Metrics;
  clock: Clock;
  log: Logger;
}

export const kinds = [commitLinkKind];

export function create(needs: Needs): Links {
  const { database, jobs, events, identity, search, quality, metrics, clock, log } = needs;
  const now = () => clock.now();
  const { storeJudgement } = quality;
  const find = createFind({
    // Rules alone: what they compare are facts, and no text is read.
    rulebook: (transaction) => openRulebook(transaction, commitLinkKind, null, now(), null),
    storeJudgement,
    events,
    emails: identity.emails,
    onJudged: (kind, engine) => metrics.judged(kind, engine),
  });
  const work = createWork({ database, jobs, events, find, search, tenantIds: identity.tenantIds, log, now });
  return createLinks({ database, events, storeJudgement, work, now });
}

const readerOf = ({ caller }: RequestContext): Reader => ({
  tenantId: caller.tenantId,
  id: ownerOf(caller).id,
});

/** The operations of this module. */
export function operations(service: Links): Served[] {
  return [
    serve(link, {
      list: ({ cursor, limit, ...filter }, request) =>
        service.list(readerOf(request), filter, { cursor, limit }),
      ofCommit: (input, request) => service.ofCommit(readerOf(request), input),
      ofConversation: ({ conversationId }, request) =>
        service.ofConversation(readerOf(request), conversationId),
      why: (input, request) => service.why(readerOf(request), input),
      add: (input, request) => service.add(actorOf(request), readerOf(request), input),
      confirm: ({ linkId, reason }, request) =>
        service.confirm(actorOf(request), readerOf(request), linkId, reason),
      reject: ({ linkId, reason }, request) =>
        service.reject(actorOf(request), readerOf(request), linkId, reason),
      find: ({ days }, request) => service.find(actorOf(request), days),
    }),
  ];
}
