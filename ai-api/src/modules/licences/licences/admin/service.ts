import { z } from 'zod';
import type { RequestContext } from '../../../../http/caller.ts';
import { listPage, type Page } from '../../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import { actorOf, displayName, record } from '../../../shared/audit/index.ts';
import type { Events } from '../../../shared/events/index.ts';
import type { Identity } from '../../../shared/identity/index.ts';
import type { Plans } from '../../../shared/plans/index.ts';
import { compareVersions } from '../checkout/admission.ts';
import { eventOf } from '../checkout/reports.ts';
import { newLicenceKey } from '../keys.ts';
import { type Policy, policySchema } from '../schema.ts';
import { type Seats, SeatsUnavailable } from '../seats/index.ts';
import { countUsed } from '../seats/store.ts';
import type { LicenceState } from '../states.ts';
import {
  changeLicence,
  findLicence,
  findProduct,
  insertLicence,
  type LicenceChange,
  type LicenceRecord,
  listLicences,
} from '../store.ts';

interface Parts {
  database: Database;
  seats: Seats;
  events: Events;
  identity: Identity;
  plans: Pick<Plans, 'requireRoom'>;
  now: () => Date;
}

interface NewTerms {
  productId: string;
  name: string;
  maxSeats: number;
  entitlements: string[];
  versionFrom?: string | null | undefined;
  versionTo?: string | null | undefined;
  startsAt?: string | null | undefined;
  expiresAt?: string | null | undefined;
  policy: Policy;
}

interface Changed {
  name?: string | undefined;
  maxSeats?: number | undefined;
  entitlements?: string[] | undefined;
  versionFrom?: string | null | undefined;
  versionTo?: string | null | undefined;
  policy?: Policy | undefined;
}

interface Seen {
  licenceId: string;
  version: number;
}

const dateOf = (text: string | null | undefined) => (text == null ? null : new Date(text));
/** States that an admin may move a licence from; `revoked` is final. */
const FROM: Record<'suspend' | 'reinstate' | 'revoke', { from: LicenceState[]; to: LicenceState }> = {
  suspend: { from: ['active'], to: 'suspended' },
  reinstate: { from: ['suspended'], to: 'active' },
  revoke: { from: ['active', 'suspended'], to: 'revoked' },
};

export type Licences = ReturnType<typeof createLicenceAdmin>;

/** Licences as admins manage them. */
export function createLicenceAdmin({ database, seats, events, identity, plans, now }: Parts) {
  async function describe(transaction: TenantTransaction, rows: readonly LicenceRecord[]) {
    const used = await countUsed(
      transaction,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => licenceView(row, used.get(row.id) ?? 0, now()));
  }
  const describeOne = async (transaction: TenantTransaction, id: string) => {
    const row = await findLicence(transaction, { id });
    if (!row) throw notFound('licence', id);
    return (await describe(transaction, [row]))[0] as ReturnType<typeof licenceView>;
  };

  /**
   * Changes a licence, and takes the change into use where seats are counted. Where that fails, the next request for a seat
   * finds the newer terms.
   */
  async function change(
    request: RequestContext,
    { licenceId, version }: Seen,
    make: (before: LicenceRecord) => LicenceChange,
    content: object,
    also: (transaction: TenantTransaction, licence: LicenceRecord) => Promise<void> = async () => {},
  ) {
    const { tenantId } = request.caller;
    const view = await database.withTenant(tenantId, async (transaction) => {
      const before = await findLicence(transaction, { id: licenceId });
      if (!before) throw notFound('licence', licenceId);
      if (before.state === 'revoked') throw new Problem('CONFLICT', 'The licence was revoked for good.');
      const changes = make(before);
      const counted = (seatsOf: number, end: Date | null) => (end === null || end > now() ? seatsOf : 0);
      const more =
        counted(
          changes.max_seats ?? before.max_seats,
          changes.expires_at === undefined ? before.expires_at : changes.expires_at,
        ) - counted(before.max_seats, before.expires_at);
      await plans.requireRoom(transaction, tenantId, 'seats', more);
      if (!(await changeLicence(transaction, licenceId, version, changes)))
        throw new Problem('CONFLICT', `Version ${before.version} is the newest. Reload it first.`);
      const after = (await findLicence(transaction, { id: licenceId })) as LicenceRecord;
      await also(transaction, after);
      const described = await describeOne(transaction, licenceId);
      await record(transaction, actorOf(request), {
        subject: `licence:${licenceId}`,
        details: [{ about: [], content }],
      });
      return described;
    });
    await seats.configure(tenantId, licenceId).catch((error: unknown) => {
      if (!(error instanceof SeatsUnavailable)) throw error;
      request.log.warn({ err: error, licenceId }, 'changed terms are taken into use by the next request');
    });
    return view;
  }

  const announceState = (transaction: TenantTransaction, licence: LicenceRecord) =>
    events.publish(transaction, licence.tenant_id, 'license.state.changed', {
      ...eventOf(licence),
      state: licence.state,
      expiresAt: licence.expires_at?.toISOString() ?? null,
    });

  const transition =
    (name: keyof typeof FROM) =>
    (request: RequestContext, { reason, ...seen }: Seen & { reason: string }) => {
      const { from, to } = FROM[name];
      const make = ({ state }: LicenceRecord) => {
        if (!from.includes(state)) throw new Problem('CONFLICT', `The licence is ${state}.`);
        return { state: to };
      };
      return change(request, seen, make, { state: to, reason }, announceState);
    };

  return {
    list: (
      tenantId: string,
      filter: { productId?: string | undefined; state?: LicenceState | 'expired' | undefined },
      page: Page,
    ) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listLicences(transaction, filter, now(), after, limit),
          key: ({ id }) => id,
          describe: (rows) => describe(transaction, rows),
        }),
      ),

    get: (tenantId: string, licenceId: string) =>
      database.withTenant(tenantId, (transaction) => describeOne(transaction, licenceId)),

    create: (request: RequestContext, terms: NewTerms) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const product = await findProduct(transaction, terms.productId);
        if (!product) throw notFound('product', terms.productId);
        refuseUnknown(terms.entitlements, product.entitlements);
        refusePolicy(terms.policy, terms.maxSeats);
        refuseTimes(dateOf(terms.startsAt), dateOf(terms.expiresAt), now());
        refuseVersions(terms.versionFrom ?? null, terms.versionTo ?? null);
        await plans.requireRoom(transaction, request.caller.tenantId, 'seats', terms.maxSeats);
        const { key, prefix, hash } = newLicenceKey();
        const actor = actorOf(request);
        const id = await insertLicence(transaction, {
          product_id: product.id,
          name: terms.name,
          key_prefix: prefix,
          key_hash: hash,
          max_seats: terms.maxSeats,
          entitlements: terms.entitlements,
          version_from: terms.versionFrom ?? null,
          version_to: terms.versionTo ?? null,
          starts_at: dateOf(terms.startsAt),
          expires_at: dateOf(terms.expiresAt),
          policy: terms.policy,
          created_by: displayName(actor),
        });
        const view = await describeOne(transaction, id);
        await record(transaction, actor, {
          subject: `licence:${id}`,
          details: [{ about: [], content: { ...terms, keyPrefix: prefix } }],
        });
        return { ...view, licenseKey: key };
      }),

    update: async (request: RequestContext, { licenceId, version, ...changed }: Seen & Changed) => {
      const make = (before: LicenceRecord): LicenceChange => {
        const policy = changed.policy ?? policySchema.parse(before.policy);
        refusePolicy(policy, changed.maxSeats ?? before.max_seats);
        const { versionFrom = before.version_from, versionTo = before.version_to } = changed;
        refuseVersions(versionFrom, versionTo);
        return {
          ...(changed.name === undefined ? {} : { name: changed.name }),
          ...(changed.maxSeats === undefined ? {} : { max_seats: changed.maxSeats }),
          ...(changed.entitlements === undefined ? {} : { entitlements: changed.entitlements }),
          ...(changed.versionFrom === undefined ? {} : { version_from: changed.versionFrom }),
          ...(changed.versionTo === undefined ? {} : { version_to: changed.versionTo }),
          policy,
        };
      };
      return change(request, { licenceId, version }, make, changed, async (transaction, licence) => {
        const product = await findProduct(transaction, licence.product_id);
        refuseUnknown(licence.entitlements, product?.entitlements ?? []);
      });
    },

    suspend: transition('suspend'),
    reinstate: transition('reinstate'),
    revoke: transition('revoke'),

    renew: (request: RequestContext, { expiresAt, ...seen }: Seen & { expiresAt: string | null }) => {
      const make = ({ expires_at: before }: LicenceRecord) => {
        const end = dateOf(expiresAt);
        if (end !== null && end <= now()) throw invalidField('expiresAt', 'must be in the future');
        if (before !== null && end !== null && end <= before)
          throw invalidField('expiresAt', 'must be later than the present end');
        return { expires_at: end };
      };
      return change(request, seen, make, { expiresAt }, announceState);
    },

    rotateKey: async (request: RequestContext, seen: Seen) => {
      const { key, prefix, hash } = newLicenceKey();
      const make = () => ({ key_prefix: prefix, key_hash: hash });
      const view = await change(request, seen, make, { keyPrefix: prefix }, async (transaction) => {
        await identity.announceChange(transaction);
      });
      return { ...view, licenseKey: key };
    },
  };
}

function refuseUnknown(entitlements: readonly string[], known: readonly string[]): void {
  const unknown = entitlements.find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalidField('entitlements', `the product has no feature ${unknown}`);
}

function refusePolicy(policy: Policy, maxSeats: number): void {
  const { reservations, borrowKeep, heartbeatSeconds, ttlSeconds } = policy;
  const groups = reservations.map(({ group }) => group);
  if (new Set(groups).size < groups.length) throw invalidField('policy.reservations', 'names a group twice');
  if (reservations.reduce((sum, { seats }) => sum + seats, 0) > maxSeats)
    throw invalidField('policy.reservations', 'reserves more seats than the licence has');
  if (borrowKeep > maxSeats) throw invalidField('policy.borrowKeep', 'keeps more seats than the licence has');
  if (heartbeatSeconds >= ttlSeconds)
    throw invalidField('policy.heartbeatSeconds', 'must be shorter than the lease, ttlSeconds');
}

function refuseTimes(startsAt: Date | null, expiresAt: Date | null, now: Date): void {
  if (expiresAt === null) return;
  if (expiresAt <= now) throw invalidField('expiresAt', 'must be in the future');
  if (startsAt !== null && expiresAt <= startsAt)
    throw invalidField('expiresAt', 'must be later than startsAt');
}

function refuseVersions(from: string | null, to: string | null): void {
  if (from !== null && to !== null && compareVersions(from, to, true) > 0)
    throw invalidField('versionTo', 'must not be older than versionFrom');
}

function licenceView(row: LicenceRecord, seatsUsed: number, now: Date) {
  const isExpired = row.state === 'active' && row.expires_at !== null && row.expires_at <= now;
  return {
    licenceId: row.id,
    version: row.version,
    name: row.name,
    product: { productId: row.product_id, code: row.product_code, name: row.product_name },
    keyPrefix: row.key_prefix,
    maxSeats: row.max_seats,
    entitlements: row.entitlements,
    policy: policySchema.parse(row.policy),
    versionFrom: row.version_from,
    versionTo: row.version_to,
    state: isExpired ? ('expired' as const) : row.state,
    startsAt: row.starts_at?.toISOString() ?? null,
    expiresAt: row.expires_at?.toISOString() ?? null,
    seatsUsed,
    createdAt: row.created_at.toISOString(),
  };
}
