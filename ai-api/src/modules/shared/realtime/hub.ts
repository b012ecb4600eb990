import { type Caller, callerId } from '../../../http/caller.ts';
import { Problem } from '../../../http/problem.ts';
import type { EventLog } from '../events/index.ts';
import type { Follower, HubSettings } from './follower.ts';
import { openStream, type TenantStream } from './stream.ts';

export type Hub = ReturnType<typeof createHub>;

/** Callers with the same one are let in by the same credential. */
function credentialId(caller: Caller): string {
  const { kind, id, proof, expiresAt } = caller.credential;
  return [kind, id, proof, expiresAt, callerId(caller)].join(' ');
}

/** All connections of this process. A tenant's events are read once, by row level security, for all of them. */
export function createHub(log: EventLog, settings: HubSettings) {
  const streams = new Map<string, TenantStream>();
  const followers = new Map<string, Set<Follower>>();
  let heard = new Set<string>();
  let beating: NodeJS.Timeout | undefined;
  let closed = false;
  let checking = false;
  let checkAgain = false;

  function add(follower: Follower): TenantStream {
    const all = followers.get(follower.tenantId) ?? new Set();
    all.add(follower);
    followers.set(follower.tenantId, all);
    const stream = streams.get(follower.tenantId) ?? openStream(log, follower.tenantId, settings);
    streams.set(follower.tenantId, stream);
    return stream;
  }

  function remove(follower: Follower): void {
    const { tenantId } = follower;
    const all = followers.get(tenantId);
    if (!all?.delete(follower)) return;
    streams.get(tenantId)?.leave(follower);
    if (all.size > 0) return;
    followers.delete(tenantId);
    streams.get(tenantId)?.close();
    streams.delete(tenantId);
  }

  /** Finds whose events were heard of, and reads on for these tenants. */
  async function readHeard(): Promise<void> {
    const ids = [...heard];
    heard = new Set();
    if (streams.size === 0) return;
    const tenants = await log.tenantsOf(ids, [...streams.keys()]);
    for (const tenantId of new Set(tenants.values())) streams.get(tenantId)?.read();
  }

  function readAll(): void {
    for (const stream of streams.values()) stream.read();
  }

  /** Ends the connections whose credential has ended; each credential is asked for once. */
  async function checkCredentials(): Promise<void> {
    const open = [...followers.values()].flatMap((all) => [...all]);
    for (const [, same] of Map.groupBy(open, ({ caller }) => credentialId(caller))) {
      const roles = await settings.rolesNow((same[0] as Follower).caller);
      for (const follower of same) if (!roles?.some((role) => follower.roles.includes(role))) follower.end();
    }
  }

  function check(): void {
    checkAgain = checking;
    if (checking || closed || followers.size === 0) return;
    checking = true;
    checkCredentials()
      .catch((err: unknown) => settings.log.warn({ err }, 'credentials of connections could not be checked'))
      .finally(() => {
        checking = false;
        if (checkAgain) check();
      });
  }

  function beat(): void {
    for (const all of followers.values()) for (const follower of [...all]) follower.beat();
    readAll();
    check();
  }

  return {
    /** @throws {Problem} TOO_MANY_CONNECTIONS, SERVICE_UNAVAILABLE while the server stops */
    admit: (tenantId: string): void => {
      if (closed) throw new Problem('SERVICE_UNAVAILABLE', 'The server is stopping.', { retryAfter: 1 });
      const { connectionsPerTenant } = settings;
      if ((followers.get(tenantId)?.size ?? 0) < connectionsPerTenant) return;
      const detail = `Your company has ${connectionsPerTenant} connections open here. Close some first.`;
      throw new Problem('TOO_MANY_CONNECTIONS', detail, { retryAfter: 30 });
    },

    /** Credentials or people have changed: some connections may have to end. */
    check,

    join: (follower: Follower): void => add(follower).join(follower),
    leave: remove,

    /** A notification: the id of an event, or null when some may have been missed. */
    hear: (eventId: string | null): void => {
      if (streams.size === 0) return;
      if (eventId === null) {
        readAll();
        return;
      }
      heard.add(eventId);
      if (heard.size > 1) return;
      setImmediate(() => {
        readHeard().catch((err: unknown) => {
          settings.log.warn({ err }, 'events could not be attributed');
          readAll();
        });
      });
    },

    start: (): void => {
      beating = setInterval(beat, settings.heartbeatMs);
      beating.unref();
    },

    /** Notifies every connection that the server is stopping. */
    close: (): void => {
      closed = true;
      clearInterval(beating);
      for (const all of [...followers.values()]) for (const follower of [...all]) follower.leave();
      for (const stream of streams.values()) stream.close();
    },

    count: (): number => [...followers.values()].reduce((sum, all) => sum + all.size, 0),
  };
}
