import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Feature, Plan, Quota } from '../../../contract/plans.ts';
import type { Caller, RequestContext } from '../../../http/caller.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import type { Database } from '../../../platform/database/index.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import { actorOf, record } from '../audit/index.ts';
import type { Identity } from '../identity/index.ts';
import { endOverride, findOverride, insertOverride, listOverrides } from './override-store.ts';
import type { OverrideRecord } from './store.ts';
import type { Terms } from './terms.ts';

const MAX_DAYS = 5 * 366;

interface Parts {
  database: Database;
  identity: Pick<Identity, 'findTenant' | 'findTenantByName'>;
  terms: Terms;
  isOn: boolean;
  /** Name of the company that runs the installation. */
  operator: string;
  now: () => Date;
}

interface Wanted {
  company?: string | undefined;
  plan?: Plan | undefined;
  feature?: Feature | undefined;
  included: boolean;
  quota?: Quota | undefined;
  allowed?: number | null | undefined;
  endsAt: string;
  reason: string;
}

export type Overrides = ReturnType<typeof createOverrides>;

/** What is agreed with one company apart from its plan. */
export function createOverrides({ database, identity, terms, isOn, operator, now }: Parts) {
  const isOperator = (caller: Caller) => caller.tenantName === operator;

  /** @throws {Problem} FORBIDDEN for another company than the caller's, unless the caller runs the installation */
  async function companyFor(caller: Caller, company: string | undefined): Promise<string> {
    if (company === undefined || company === caller.tenantId || company === caller.tenantName)
      return caller.tenantId;
    requireOperator(caller);
    const byId = z.uuid().safeParse(company).success ? await identity.findTenant(company) : undefined;
    const found = byId ?? (await identity.findTenantByName(company));
    if (!found) throw notFound('company', company);
    return found.id;
  }

  function requireOperator(caller: Caller): void {
    if (isOperator(caller)) return;
    throw new Problem(
      'FORBIDDEN',
      `Only the company ${operator}, which runs this installation, may do this.`,
    );
  }

  const view = (row: OverrideRecord) => overrideView(row, now());

  return {
    list: async (caller: Caller, company: string | undefined, page: Page) =>
      database.withTenant(await companyFor(caller, company), (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listOverrides(transaction, before, limit),
          key: ({ id }) => id,
          view,
        }),
      ),

    /** @throws {Problem} FORBIDDEN, BILLING_OFF, NOT_FOUND, INVALID_INPUT */
    set: async (request: RequestContext, wanted: Wanted) => {
      const { caller } = request;
      requireOperator(caller);
      if (!isOn)
        throw new Problem('BILLING_OFF', 'BILLING is off: every company has everything, without limits.');
      refuseUnclear(wanted);
      refuseDate(wanted.endsAt, now());
      const tenantId = await companyFor(caller, wanted.company);
      const { company: _, ...content } = wanted;
      return database.withTenant(tenantId, async (transaction) => {
        await terms.companyOf(transaction);
        const actor = { ...actorOf(request), tenantId };
        const { plan = null, feature = null, quota = null, included, allowed, endsAt, reason } = wanted;
        const row = await insertOverride(transaction, {
          id: uuidv7(),
          plan,
          feature,
          quota,
          value: feature === null ? (allowed ?? null) : Number(included),
          ends_at: new Date(endsAt),
          reason,
          set_by: actor.name,
          created_at: now(),
        });
        await terms.apply(transaction, tenantId);
        await record(transaction, actor, {
          subject: `plan-override:${row.id}`,
          details: [{ about: [], content }],
        });
        return view(row);
      });
    },

    /** @throws {Problem} FORBIDDEN, NOT_FOUND */
    end: async (request: RequestContext, overrideId: string, company: string | undefined) => {
      requireOperator(request.caller);
      const tenantId = await companyFor(request.caller, company);
      return database.withTenant(tenantId, async (transaction) => {
        if (!(await findOverride(transaction, overrideId))) throw notFound('agreement', overrideId);
        const row = await endOverride(transaction, overrideId, now());
        await terms.apply(transaction, tenantId);
        await record(
          transaction,
          { ...actorOf(request), tenantId },
          {
            subject: `plan-override:${overrideId}`,
            details: [{ about: [], content: { endedAt: row.ended_at?.toISOString() ?? null } }],
          },
        );
        return view(row);
      });
    },
  };
}

/** @throws {Problem} INVALID_INPUT */
function refuseUnclear({ plan, feature, quota, allowed }: Wanted): void {
  const given = [plan, feature, quota].filter((one) => one !== undefined);
  if (given.length !== 1) throw invalidField('plan', 'give exactly one of plan, feature and quota');
  if (quota !== undefined && allowed === undefined)
    throw invalidField('allowed', 'is required with quota; null is no limit');
  if (quota === undefined && allowed !== undefined) throw invalidField('allowed', 'is for a quota');
}

/** @throws {Problem} INVALID_INPUT */
function refuseDate(endsAt: string, now: Date): void {
  const ahead = Date.parse(endsAt) - now.getTime();
  if (ahead <= 0) throw invalidField('endsAt', 'must be in the future');
  if (ahead > MAX_DAYS * DAY_MS) throw invalidField('endsAt', 'must be at most five years ahead');
}

/** An agreement as people read it. */
export function overrideView(row: OverrideRecord, now: Date) {
  const isFeature = row.feature !== null;
  return {
    overrideId: row.id,
    plan: row.plan,
    feature: row.feature,
    included: isFeature ? Number(row.value) === 1 : null,
    quota: row.quota,
    allowed: isFeature || row.value === null ? null : Number(row.value),
    reason: row.reason,
    setBy: row.set_by,
    createdAt: row.created_at.toISOString(),
    endsAt: row.ends_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    inForce: row.ended_at === null && row.created_at <= now && now < row.ends_at,
  };
}
