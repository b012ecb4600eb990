import type { RequestContext } from '../../../../http/caller.ts';
import { invalidField, Problem } from '../../../../http/problem.ts';
import type { Database } from '../../../../platform/database/index.ts';
import { HOUR_MS } from '../../../../platform/durations.ts';
import type { Metrics } from '../../../../platform/telemetry/metrics.ts';
import type { Events } from '../../../shared/events/index.ts';
import { SigningUnavailable } from '../../signing/index.ts';
import { deviceHash, proves, readLicenceKey } from '../keys.ts';
import { policySchema } from '../schema.ts';
import { type Also, type Decision, type SeatOp, type Seats, SeatsUnavailable } from '../seats/index.ts';
import { findLive, findSession, isBlocked } from '../sessions/store.ts';
import type { Denial } from '../states.ts';
import { findLicence, type LicenceRecord } from '../store.ts';
import { admitDevice, GrantRefused, problemOf, refuse } from './admission.ts';
import type { CheckoutLimits } from './limits.ts';
import { DENIED, denialOf, refusalFor, seatView } from './outcomes.ts';
import { reportDenial, reportOffers } from './reports.ts';
import { memberOf, sessionFor } from './requests.ts';
import type { SessionTokens } from './tokens.ts';

/** How often a request is checked again because the terms changed between check and grant. */
const MAX_ROUNDS = 4;

export interface CheckoutParts {
  database: Database;
  seats: Seats;
  tokens: SessionTokens;
  limits: CheckoutLimits;
  events: Events;
  metrics: Pick<Metrics, 'seatDecision'>;
  now: () => Date;
}

interface Acquire {
  licenseKey?: string | undefined;
  device: string;
  product?: string | undefined;
  version?: string | undefined;
  entitlements?: string[] | undefined;
  user?: string | undefined;
  group?: string | undefined;
  wait: boolean;
  clientTime?: string | undefined;
}

export type Checkout = ReturnType<typeof createCheckout>;

/** Seats as clients use them: acquire, keep, release, borrow. */
export function createCheckout({ database, seats, tokens, limits, events, metrics, now }: CheckoutParts) {
  /** The licence of the key in the request, or of the credential. */
  async function licenceOf(
    { caller, exchange }: RequestContext,
    licenseKey: string | undefined,
  ): Promise<LicenceRecord> {
    const { credential, tenantId } = caller;
    if (credential.kind === 'licence') {
      const own = await database.withTenant(tenantId, (transaction) =>
        findLicence(transaction, { id: credential.id }),
      );
      const given = licenseKey === undefined ? null : readLicenceKey(licenseKey);
      if (own && (licenseKey === undefined || given?.prefix === own.key_prefix)) return own;
    } else {
      if (licenseKey === undefined) throw invalidField('licenseKey', 'is needed with this credential');
      const key = readLicenceKey(licenseKey);
      const found =
        key &&
        (await database.withTenant(tenantId, (transaction) =>
          findLicence(transaction, { prefix: key.prefix }),
        ));
      if (key && found && proves(key.hash, found.key_hash)) return found;
    }
    await limits.wrongKey(exchange.address);
    throw new Problem('LICENSE_NOT_FOUND', 'No licence of this company has this key.');
  }

  /** The licence that a session is of: what the credential is for, or else what the database says. */
  async function licenceIdOf(
    { caller }: RequestContext,
    { sessionId, device }: { sessionId: string; device: string },
  ): Promise<string> {
    const { credential, tenantId } = caller;
    const held = credential.licenceSession;
    if (held && held.sessionId !== sessionId)
      throw new Problem('SESSION_OF_OTHER_DEVICE', 'The token is for another session.');
    if (held && held.device !== deviceHash(credential.id, device))
      throw new Problem('SESSION_OF_OTHER_DEVICE', 'The token is for another device.');
    if (credential.kind === 'licence') return credential.id;
    const row = await database.withTenant(tenantId, (transaction) => findSession(transaction, sessionId));
    if (!row) throw new Problem('SESSION_NOT_FOUND', 'No session has this id.');
    return row.licence_id;
  }

  /** @throws {Problem} SEATS_UNAVAILABLE */
  async function decide(tenantId: string, licenceId: string, op: SeatOp, also?: Also): Promise<Decision> {
    try {
      const decision = await seats.decide(tenantId, licenceId, op, also);
      metrics.seatDecision(op.type, decision.code);
      return decision;
    } catch (error) {
      if (!(error instanceof SeatsUnavailable)) throw error;
      metrics.seatDecision(op.type, 'SEATS_UNAVAILABLE');
      throw new Problem('SEATS_UNAVAILABLE', 'Try again soon. A token that you hold remains valid.', {
        retryAfter: 5,
        cause: error,
      });
    }
  }

  /** Reports what a decision about a licence offered to others. */
  const offersOf =
    (licenceId: string): Also =>
    async (transaction, decision) => {
      if (!decision.changes.some(({ state }) => state === 'offered')) return;
      const licence = await findLicence(transaction, { id: licenceId });
      if (licence) await reportOffers(events, transaction, licence, decision);
    };

  async function deny(
    licence: LicenceRecord,
    denial: { code: Denial; detail: string; device: string; user: string },
  ): Promise<never> {
    await database.withTenant(licence.tenant_id, (transaction) =>
      reportDenial(events, transaction, licence, { ...denial, used: 0, at: now() }),
    );
    throw problemOf(denial);
  }

  /** A signature that cannot be made gives back what it was for. */
  async function signed(make: () => Promise<string>, undo: () => Promise<unknown>): Promise<string> {
    try {
      return await make();
    } catch (error) {
      await undo().catch(() => {});
      if (!(error instanceof SigningUnavailable)) throw error;
      throw new Problem('SIGNING_UNAVAILABLE', 'The seat was given back. Try again soon.', {
        retryAfter: 5,
        cause: error,
      });
    }
  }

  async function acquire(request: RequestContext, input: Acquire) {
    if (request.caller.credential.licenceSession)
      throw new Problem(
        'FORBIDDEN',
        'The token of a session keeps that session. Acquire with the licence key.',
      );
    const licence = await licenceOf(request, input.licenseKey);
    const device = deviceHash(licence.id, input.device);
    await limits.signature(licence.id, device);
    const policy = policySchema.parse(licence.policy);
    const user = input.user ?? request.caller.user?.email ?? '';
    const session = await sessionFor(database, request, { licence, device, user });
    const op = {
      type: 'acquire' as const,
      session,
      device,
      user,
      group: input.group ?? '',
      wait: input.wait,
    };
    const member = memberOf(policy, { session, device, user });
    let current: LicenceRecord | undefined = licence;
    for (let round = 0; round < MAX_ROUNDS && current; round++) {
      const checked: LicenceRecord = current;
      const refusal = await database.withTenant(licence.tenant_id, (transaction) =>
        refuse(transaction, checked, { ...input, device }, now()),
      );
      if (refusal) return deny(checked, { ...refusal, device, user });
      const { version } = checked;
      const decision = await decide(
        licence.tenant_id,
        licence.id,
        { ...op, member, version },
        async (transaction, made) => {
          if (made.code === 'ACQUIRED' || made.isMoved) {
            const late = await admitDevice(transaction, checked, device, new Date(made.at));
            if (late) throw new GrantRefused(late);
          }
          if (DENIED.has(made.code))
            await reportDenial(events, transaction, checked, {
              code: made.code,
              device,
              user,
              used: made.used,
              at: new Date(made.at),
            });
          await reportOffers(events, transaction, checked, made);
        },
      ).catch((error: unknown) => {
        if (error instanceof GrantRefused) return deny(checked, { ...error.refusal, device, user });
        throw error;
      });
      if (decision.code !== 'STALE') return answer(checked, decision);
      current = await database.withTenant(licence.tenant_id, (transaction) =>
        findLicence(transaction, { id: licence.id }),
      );
    }
    throw new Problem('SEATS_UNAVAILABLE', 'The terms of the licence are being changed.', { retryAfter: 1 });
  }

  async function answer(licence: LicenceRecord, decision: Decision) {
    const { seat, code } = decision;
    if (!seat || DENIED.has(code)) throw denialOf(decision);
    if (code === 'QUEUED') return seatView(licence.id, decision, null);
    const giveBack = () =>
      decide(licence.tenant_id, licence.id, { type: 'release', session: seat.id, device: seat.device });
    const token =
      code === 'ACQUIRED'
        ? await signed(() => tokens.sign(licence, seat), giveBack)
        : await signed(
            () => tokens.again(licence, seat),
            async () => {},
          );
    return seatView(licence.id, decision, token);
  }

  async function heartbeat(
    request: RequestContext,
    {
      sessionId,
      device,
      idleSeconds,
    }: { sessionId: string; device: string; idleSeconds?: number | undefined },
  ) {
    const licenceId = await licenceIdOf(request, { sessionId, device });
    const { tenantId, credential } = request.caller;
    const op = {
      type: 'heartbeat' as const,
      session: sessionId,
      device: deviceHash(licenceId, device),
      idle: idleSeconds ?? -1,
    };
    const decision = await decide(tenantId, licenceId, op, async (transaction, made) => {
      if (made.code === 'REVIVED' && (await isBlocked(transaction, licenceId, op.device)))
        throw new Problem('DEVICE_BLOCKED', 'An admin has blocked this device.');
      await offersOf(licenceId)(transaction, made);
    });
    const { seat } = decision;
    if (!seat) throw problemOf(refusalFor(decision));
    const held = credential.licenceSession;
    const isOld = held && now().getTime() / 1000 >= (held.issuedAt + held.expiresAt) / 2;
    const isDue = decision.code === 'REVIVED' || (isOld && seat.state === 'held');
    const token = isDue ? await freshToken(tenantId, licenceId, seat) : null;
    return seatView(licenceId, decision, token);
  }

  /** A new token for a heartbeat; null when it has to wait for the next one. */
  async function freshToken(
    tenantId: string,
    licenceId: string,
    seat: NonNullable<Decision['seat']>,
  ): Promise<string | null> {
    try {
      const licence = await database.withTenant(tenantId, (transaction) =>
        findLicence(transaction, { id: licenceId }),
      );
      return licence ? await tokens.again(licence, seat) : null;
    } catch {
      return null;
    }
  }

  async function release(
    request: RequestContext,
    { sessionId, device }: { sessionId: string; device: string },
  ) {
    const { tenantId } = request.caller;
    const licenceId = await licenceIdOf(request, { sessionId, device });
    const own = deviceHash(licenceId, device);
    const op = { type: 'release' as const, session: sessionId, device: own };
    const { code, at } = await decide(tenantId, licenceId, op, offersOf(licenceId));
    const released = { code: 'RELEASED' as const, sessionId };
    if (code === 'RELEASED') return { ...released, state: 'released', endedAt: new Date(at).toISOString() };
    const row = await database.withTenant(tenantId, (transaction) => findSession(transaction, sessionId));
    const isKnown = code === 'SESSION_NOT_FOUND' && row?.licence_id === licenceId && row.ended_at;
    if (isKnown && row.device === own)
      return { ...released, state: row.state, endedAt: (row.ended_at ?? new Date(at)).toISOString() };
    throw isKnown
      ? new Problem('SESSION_OF_OTHER_DEVICE', 'The session belonged to another device.')
      : problemOf(refusalFor({ code }));
  }

  async function status(
    request: RequestContext,
    { licenseKey, device }: { licenseKey?: string | undefined; device?: string | undefined },
  ) {
    const licence = await licenceOf(request, licenseKey);
    const decision = await decide(licence.tenant_id, licence.id, { type: 'read' }, offersOf(licence.id));
    const session =
      device === undefined
        ? undefined
        : await database.withTenant(licence.tenant_id, (transaction) =>
            findLive(transaction, licence.id, deviceHash(licence.id, device)),
          );
    const { used, max, waiting, reservedIdle, at } = decision;
    return {
      licenceId: licence.id,
      product: licence.product_code,
      code: stateOf(licence, at),
      entitlements: licence.entitlements,
      expiresAt: licence.expires_at?.toISOString() ?? null,
      seats: { used, max, waiting, reservedIdle },
      session: session
        ? { sessionId: session.id, state: session.state, expiresAt: session.lease_until.toISOString() }
        : null,
      serverTime: new Date(at).toISOString(),
    };
  }

  /** The licence of a session with what borrowing it may be refused for. */
  async function borrow(
    request: RequestContext,
    { sessionId, device, hours }: { sessionId: string; device: string; hours: number },
  ) {
    const { tenantId } = request.caller;
    const licenceId = await licenceIdOf(request, { sessionId, device });
    const licence = await database.withTenant(tenantId, (transaction) =>
      findLicence(transaction, { id: licenceId }),
    );
    if (!licence) throw new Problem('SESSION_NOT_FOUND', 'No session has this id.');
    const own = deviceHash(licenceId, device);
    await limits.signature(licenceId, own);
    return borrowFor(licence, { sessionId, device: own, hours });
  }

  async function borrowFor(
    licence: LicenceRecord,
    { sessionId, device, hours }: { sessionId: string; device: string; hours: number },
  ) {
    const { maxBorrowHours } = policySchema.parse(licence.policy);
    const who = { device, user: '' };
    if (maxBorrowHours === 0)
      return deny(licence, { code: 'BORROW_REFUSED', detail: 'The policy forbids it.', ...who });
    if (hours > maxBorrowHours)
      return deny(licence, { code: 'BORROW_TOO_LONG', detail: `At most ${maxBorrowHours} hours.`, ...who });
    const until = now().getTime() + hours * HOUR_MS;
    const op = { type: 'borrow' as const, session: sessionId, device, until };
    const decision = await decide(licence.tenant_id, licence.id, op, async (transaction, made) => {
      if (made.code === 'BORROW_LIMIT')
        await reportDenial(events, transaction, licence, {
          ...who,
          code: made.code,
          used: made.used,
          at: new Date(made.at),
        });
      await reportOffers(events, transaction, licence, made);
    });
    const { seat } = decision;
    if (!seat || decision.code !== 'BORROWED') throw problemOf(refusalFor(decision));
    const undo = () => decide(licence.tenant_id, licence.id, { type: 'return', session: sessionId, device });
    const token = await signed(() => tokens.sign(licence, seat), undo);
    return seatView(licence.id, decision, token);
  }

  async function giveBack(
    request: RequestContext,
    { sessionId, device }: { sessionId: string; device: string },
  ) {
    const { tenantId } = request.caller;
    const licenceId = await licenceIdOf(request, { sessionId, device });
    const op = { type: 'return' as const, session: sessionId, device: deviceHash(licenceId, device) };
    await limits.signature(licenceId, op.device);
    const decision = await decide(tenantId, licenceId, op, offersOf(licenceId));
    const { seat } = decision;
    if (!seat) throw problemOf(refusalFor(decision));
    const licence = await database.withTenant(tenantId, (transaction) =>
      findLicence(transaction, { id: licenceId }),
    );
    const token = licence ? await tokens.sign(licence, seat).catch(() => null) : null;
    return seatView(licenceId, decision, token);
  }

  return { acquire, heartbeat, release, status, borrow, borrowFor, giveBack, decide, answer };
}

function stateOf({ state, starts_at, expires_at }: LicenceRecord, at: number): string {
  if (state !== 'active') return state === 'suspended' ? 'LICENSE_SUSPENDED' : 'LICENSE_REVOKED';
  if (expires_at && at >= expires_at.getTime()) return 'LICENSE_EXPIRED';
  return starts_at && at < starts_at.getTime() ? 'LICENSE_NOT_STARTED' : 'OK';
}
