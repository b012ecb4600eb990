import type { RequestContext } from '../../../http/caller.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Explains, Kind } from '../../../judgement/index.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database } from '../../../platform/database/index.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import type { People } from '../../shared/people/index.ts';
import type { Tenancy } from '../../shared/tenancy/index.ts';
import type { Contestable } from '../contests/index.ts';
import { createAcknowledging } from './acknowledging.ts';
import { notice } from './contract.ts';
import { createInforming } from './informing.ts';
import { createNotices } from './service.ts';

export { personalData } from './personal-data.ts';

interface Needs {
  database: Database;
  kinds: readonly Kind[];
  model: ChatModel | null;
  people: People;
  tenancy: Tenancy;
  events: Events;
  notifications: Notifications;
  dashboards: Dashboards;
  clock: Clock;
  explains: () => readonly Explains[];
  contestable: () => readonly Contestable[];
}

export type Notices = ReturnType<typeof create>;

export function create(needs: Needs) {
  const { tenancy, notifications, clock, explains, contestable } = needs;
  const parts = {
    ...needs,
    notify: notifications.notify,
    settingsOf: tenancy.settingsOf,
    explained: () => new Set(explains().map(({ kind }) => kind.name)),
    contestable: () => new Set(contestable().map(({ kind }) => kind)),
    now: () => clock.now(),
  };
  return { ...createNotices(parts), ...createAcknowledging(parts), ...createInforming(parts) };
}

/** The caller's builder: the router lets no one else in. */
const builderOf = ({ onlyBuilder }: RequestContext) => onlyBuilder as string;

/** The operations of this module. */
export function operations(service: Notices): Served[] {
  return [
    serve(notice, {
      list: (page, { caller }) => service.list(caller.tenantId, page),
      listMine: (page, request) => service.listMine(request.caller.tenantId, builderOf(request), page),
      get: ({ kind, version }, { caller }) => service.get(caller.tenantId, kind, version),
      listVersions: ({ kind, ...page }, { caller }) => service.listVersions(caller.tenantId, kind, page),
      preview: ({ kind }, { caller }) => service.preview(caller.tenantId, kind),
      publish: ({ kind, digest }, request) => service.publish(actorOf(request), kind, digest),
      send: ({ kind }, request) => service.send(actorOf(request), kind),
      acknowledge: ({ kind, version }, request) =>
        service.acknowledge(actorOf(request), builderOf(request), kind, version),
      recordInformed: ({ kind, ...given }, request) => service.recordInformed(actorOf(request), kind, given),
      listNotInformed: ({ kind, ...page }, { caller }) =>
        service.listNotInformed(caller.tenantId, kind, page),
    }),
  ];
}
