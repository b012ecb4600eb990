import { createHash } from 'node:crypto';
import type { Caller, RequestContext } from '../../../http/caller.ts';
import { callerId } from '../../../http/caller.ts';
import type { Invoker } from '../../../http/invoker.ts';
import { invalidField } from '../../../http/problem.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Cache } from '../../../platform/cache/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { dashboard, PARTS, type PartName } from './contract.ts';
import { PART_READS } from './parts.ts';

interface Needs {
  invoker: Invoker;
  cache: Cache;
  clock: Clock;
}

interface ReadPart {
  status: 'ok' | 'failed';
  asOf: string;
  data: unknown;
  error: string | null;
}

export type Dashboard = ReturnType<typeof create>;

/** First pages, each part of which is a read that exists, with the rights of who asks. */
export function create({ invoker, cache, clock }: Needs) {
  async function read(name: PartName, { caller, requestId, log, signal }: RequestContext): Promise<ReadPart> {
    const { operation, input } = PART_READS[name];
    const { status, body } = await invoker.invoke({ operation, input, caller, requestId, log, signal });
    const asOf = clock.now().toISOString();
    if (status < 400) return { status: 'ok', asOf, data: body, error: null };
    const { detail = `It answered ${status}.` } = (body ?? {}) as { detail?: string };
    return { status: 'failed', asOf, data: null, error: detail };
  }

  async function kept(name: PartName, request: RequestContext): Promise<ReadPart> {
    const { keepSeconds, isPersonal } = PART_READS[name];
    const tenantCache = cache.forTenant(request.caller.tenantId);
    const key = `dashboard:${name}:${audienceOf(request.caller, isPersonal === true)}`;
    const known = await tenantCache.get<ReadPart>(key);
    if (known) return known;
    const part = await read(name, request);
    if (part.status === 'ok') await tenantCache.set(key, part, keepSeconds);
    return part;
  }

  return {
    /** @throws {import('../../../http/problem.ts').Problem} INVALID_INPUT */
    get: async (request: RequestContext, include: string | undefined) => {
      const names = partsFor(request.caller, include);
      return {
        parts: await Promise.all(names.map(async (name) => ({ name, ...(await kept(name, request)) }))),
      };
    },
  };

  /** The parts whose reads the caller's roles allow. */
  function partsFor({ roles }: Caller, include: string | undefined): PartName[] {
    const asked = include?.split(',').map((name) => name.trim());
    const unknown = asked?.find((name) => !(PARTS as readonly string[]).includes(name));
    if (unknown !== undefined) throw invalidField('include', `must be of ${PARTS.join(', ')}`);
    return PARTS.filter((name) => {
      const access = invoker.find(PART_READS[name].operation)?.access ?? [];
      return (
        access !== 'public' && roles.some((role) => access.includes(role)) && (asked?.includes(name) ?? true)
      );
    });
  }
}

/** Who sees the same: callers with the same roles and scopes; for what is personal, the caller alone. */
function audienceOf(caller: Caller, isPersonal: boolean): string {
  const isLimited = !caller.roles.some((role) => role !== 'builder');
  const who = isPersonal || isLimited ? callerId(caller) : '';
  return createHash('sha256')
    .update(JSON.stringify([who, caller.roles.toSorted(), [...caller.scopes].toSorted()]))
    .digest('hex');
}

/** The operations of this module. */
export function operations(service: Dashboard): Served[] {
  return [serve(dashboard, { get: ({ include }, request) => service.get(request, include) })];
}
