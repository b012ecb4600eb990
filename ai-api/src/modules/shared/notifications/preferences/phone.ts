import { createHmac, randomInt, timingSafeEqual } from 'node:crypto';
import { type Caller, personOf } from '../../../../http/caller.ts';
import { Problem } from '../../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import type { Limits } from '../../../../platform/limits/index.ts';
import type { Actor } from '../../audit/index.ts';
import type { Identity } from '../../identity/index.ts';
import type { Outcome } from '../channels/outcome.ts';
import type { Twilio } from '../channels/twilio.ts';
import { findSuppression, suppress } from '../suppressions.ts';
import type { Catalogue } from '../templates/catalogue.ts';
import { TemplateError } from '../templates/liquid.ts';
import { type ProfileRow, profileOf, saveProfile, settingsOf } from './store.ts';

export const PHONE_CODE_MINUTES = 10;
/** Wrong codes after which a new one is needed. */
export const MAX_PHONE_CODE_FAILURES = 5;

const TEMPLATE = 'phone-code';
const DAY_SECONDS = 86_400;
const SEND_TIMEOUT_MS = 25_000;

interface PhoneParts {
  database: Database;
  limits: Limits;
  identity: Pick<Identity, 'tenantName' | 'isOpenedByPerson'>;
  catalogue: Catalogue;
  /** Null where text messages are not connected. */
  twilio: Twilio | null;
  /** The installation's keys: the first makes digests of codes, all of them verify. */
  secrets: readonly Buffer[];
  /** Codes that a company may have sent in a day. */
  perDay: number;
  now: () => Date;
}

interface CodePlace {
  tenantId: string;
  userId: string;
  phone: string;
}

/** What happened to an attempt to confirm a number. */
type Attempt = 'verified' | 'none' | 'ended' | 'spent' | { left: number };

/** The number of a person to which text messages go: the one of their profile, once they entered its code. */
export function verifiedPhoneOf(profile: Pick<ProfileRow, 'phone' | 'verified_phone'> | undefined) {
  return profile?.phone != null && profile.phone === profile.verified_phone ? profile.phone : null;
}

/**
 * How a person shows that the number of their profile is theirs: a text message with a code of six digits, which they
 * enter. The code is in that message alone: the database has a keyed digest, and no list of deliveries shows it.
 */
export function createPhones({ database, limits, twilio, secrets, now, ...parts }: PhoneParts) {
  const keys = secrets.map((secret) => createHmac('sha256', secret).update('phone-code').digest());
  const digestOf = ({ tenantId, userId, phone }: CodePlace, code: string, key: Buffer) =>
    createHmac('sha256', key).update(`${tenantId} ${userId} ${phone} ${code}`).digest();

  /** @throws {Problem} RATE_LIMITED, SERVICE_UNAVAILABLE where the counters are away */
  async function takeBudget({ tenantId, userId, phone }: CodePlace): Promise<void> {
    const budgets: readonly [key: string, limit: number, seconds: number, who: string][] = [
      [`phone-code:minute:${tenantId}:${userId}`, 1, 60, 'You got a code within the last minute.'],
      [`phone-code:user:${tenantId}:${userId}`, 5, DAY_SECONDS, 'You got five codes within a day.'],
      [`phone-code:number:${phone}`, 5, DAY_SECONDS, 'This number got five codes within a day.'],
      [`phone-code:company:${tenantId}`, parts.perDay, DAY_SECONDS, 'The company has used up its codes.'],
    ];
    for (const [key, limit, seconds, why] of budgets) {
      const taken = await limits.take(key, limit, seconds).catch((cause: unknown) => {
        throw new Problem('SERVICE_UNAVAILABLE', 'Codes cannot be counted right now. Try again soon.', {
          cause,
        });
      });
      if (!taken.allowed)
        throw new Problem('RATE_LIMITED', `${why} Try again later.`, { retryAfter: taken.resetSeconds });
    }
  }

  /** The number that a code can be sent to. @throws {Problem} PHONE_REFUSED */
  async function numberOf(transaction: TenantTransaction, userId: string): Promise<string> {
    if (await parts.identity.isOpenedByPerson(transaction))
      throw refused('A company that a person opened sends no text messages.');
    const profile = await profileOf(transaction, userId);
    if (!profile?.phone) throw refused('Enter your number in your preferences first.');
    if (verifiedPhoneOf(profile)) throw refused('Your number is verified already.');
    if (await findSuppression(transaction, 'sms', profile.phone))
      throw refused('The number is on the suppression list. If it answered STOP, answer START from it.');
    return profile.phone;
  }

  /** @throws {Problem} TEMPLATE_INVALID */
  async function textOf(transaction: TenantTransaction, userId: string, code: string): Promise<string> {
    const template = await parts.catalogue.published(transaction, TEMPLATE);
    const locale = (await profileOf(transaction, userId))?.locale ?? (await settingsOf(transaction)).locale;
    const company = await parts.identity.tenantName(transaction);
    const surroundings = { recipient: { name: '', email: null }, company, unsubscribe: null };
    try {
      const data = { code, minutes: PHONE_CODE_MINUTES };
      const { sms } = parts.catalogue.fill(template, locale, data, surroundings);
      if (!sms.includes(code))
        throw new TemplateError(`The text message of ${TEMPLATE} is without the code.`);
      return sms;
    } catch (error) {
      if (error instanceof TemplateError) throw new Problem('TEMPLATE_INVALID', error.message);
      throw error;
    }
  }

  /** Takes the code back that was certainly not sent, and says why. @throws {Problem} always */
  async function takeBack(
    place: CodePlace,
    digest: string,
    outcome: Extract<Outcome, { kind: 'refused' | 'failed' }>,
  ): Promise<never> {
    const { tenantId, userId, phone } = place;
    await database.withTenant(tenantId, async (transaction) => {
      await transaction
        .updateTable('notifications.profiles')
        .set({ phone_code: null, phone_code_until: null })
        .where('user_id', '=', userId)
        .where('phone_code', '=', digest)
        .execute();
      if (outcome.kind === 'refused' && outcome.suppress)
        await suppress(transaction, {
          channel: 'sms',
          address: phone,
          reason: outcome.suppress,
          detail: outcome.message,
        });
    });
    const said = `${outcome.code}: ${outcome.message}`;
    if (outcome.kind === 'refused') throw refused(`Twilio refused the number. ${said}`);
    throw new Problem('SERVICE_UNAVAILABLE', `The code could not be sent. Try again soon. ${said}`);
  }

  async function enter(transaction: TenantTransaction, place: CodePlace, code: string): Promise<Attempt> {
    const profile = await transaction
      .selectFrom('notifications.profiles')
      .selectAll()
      .where('user_id', '=', place.userId)
      .forUpdate()
      .executeTakeFirst();
    if (!profile?.phone || !profile.phone_code || !profile.phone_code_until) return 'none';
    if (profile.phone_code_until <= now()) return 'ended';
    if (profile.phone_code_failures >= MAX_PHONE_CODE_FAILURES) return 'spent';
    const stored = Buffer.from(profile.phone_code, 'hex');
    const isRight = keys.some((key) =>
      timingSafeEqual(digestOf({ ...place, phone: profile.phone as string }, code, key), stored),
    );
    if (!isRight) {
      const failures = profile.phone_code_failures + 1;
      await saveProfile(transaction, place.userId, { phone_code_failures: failures });
      return failures < MAX_PHONE_CODE_FAILURES ? { left: MAX_PHONE_CODE_FAILURES - failures } : 'spent';
    }
    await saveProfile(transaction, place.userId, { ...NO_CODE, verified_phone: profile.phone });
    return 'verified';
  }

  return {
    /**
     * Sends a code to the number of the caller's profile. It takes the place of an earlier one.
     * @throws {Problem} PERSON_NEEDED, PHONE_REFUSED, RATE_LIMITED, SERVICE_UNAVAILABLE, TEMPLATE_INVALID
     */
    sendCode: async (
      caller: Caller,
      actor: Actor,
      note: (transaction: TenantTransaction, actor: Actor, subject: string, content: object) => Promise<void>,
    ) => {
      const { id: userId } = personOf(caller);
      const { tenantId } = caller;
      if (!twilio) throw refused('Text messages are not connected.');
      const phone = await database.withTenant(tenantId, (transaction) => numberOf(transaction, userId));
      const place = { tenantId, userId, phone };
      await takeBudget(place);
      const code = String(randomInt(1_000_000)).padStart(6, '0');
      const digest = digestOf(place, code, keys[0] as Buffer).toString('hex');
      const expiresAt = new Date(now().getTime() + PHONE_CODE_MINUTES * 60_000);
      const body = await database.withTenant(tenantId, async (transaction) => {
        const text = await textOf(transaction, userId, code);
        await saveProfile(transaction, userId, {
          phone_code: digest,
          phone_code_until: expiresAt,
          phone_code_failures: 0,
        });
        await note(transaction, actor, `user:${userId}`, { phone, code: 'sent' });
        return text;
      });
      const outcome = await twilio.send({ to: phone, body }, AbortSignal.timeout(SEND_TIMEOUT_MS));
      if (outcome.kind === 'refused' || outcome.kind === 'failed') await takeBack(place, digest, outcome);
      return { phone, expiresAt: expiresAt.toISOString(), maxAttempts: MAX_PHONE_CODE_FAILURES };
    },

    /** Takes the code that the caller entered. @throws {Problem} PHONE_CODE_INVALID */
    verify: async (
      caller: Caller,
      code: string,
      onVerified: (transaction: TenantTransaction) => Promise<void>,
    ): Promise<void> => {
      const { id: userId } = personOf(caller);
      const place = { tenantId: caller.tenantId, userId, phone: '' };
      const attempt = await database.withTenant(caller.tenantId, async (transaction) => {
        const result = await enter(transaction, place, code);
        if (result === 'verified') await onVerified(transaction);
        return result;
      });
      if (attempt !== 'verified') throw new Problem('PHONE_CODE_INVALID', reasonOf(attempt));
    },
  };
}

/** The columns of a profile without a code. */
const NO_CODE = { phone_code: null, phone_code_until: null, phone_code_failures: 0 } as const;

/** The columns of a profile whose number is not verified, and has no code on its way. */
export const UNVERIFIED = { ...NO_CODE, verified_phone: null } as const;

const refused = (why: string) => new Problem('PHONE_REFUSED', why);

function reasonOf(attempt: Exclude<Attempt, 'verified'>): string {
  if (attempt === 'none') return 'No code is on its way to your number. Have one sent.';
  if (attempt === 'ended')
    return `The code was valid for ${PHONE_CODE_MINUTES} minutes. Have a new one sent.`;
  if (attempt === 'spent') return 'Too many wrong codes. Have a new one sent.';
  return `The code is wrong. ${attempt.left} more ${attempt.left === 1 ? 'attempt' : 'attempts'} with it.`;
}
