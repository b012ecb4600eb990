import type { Request, RequestHandler, Response } from 'express';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import {
  ANONYMOUS_PER_MINUTE,
  FAILED_CREDENTIALS_PER_MINUTE,
  REQUESTS_PER_MINUTE,
  SIGN_IN_WINDOW_SECONDS,
  SIGN_INS_OF_PERSON,
  SIGN_INS_OF_PERSON_FROM_ANYWHERE,
  SIGN_INS_PER_MINUTE,
} from '../../contract/tiers.ts';
import type { Limits, Taken } from '../../platform/limits/index.ts';
import { type Caller, callerId } from '../caller.ts';
import { isProbe } from '../probe.ts';
import { Problem } from '../problem.ts';
import { clientAddress } from './client-address.ts';

const WINDOW_SECONDS = 60;
/** For how long an address waits after a wrong credential that could not be counted. */
const CLOSED_SECONDS = 5;
const MAX_LOCKED = 10_000;
const LOG_EVERY_MS = 30_000;

/** Where limits tell how much is left; a WebSocket's handshake has no such place. */
type HeaderSink = Pick<Response, 'setHeader'>;

export type RateLimiter = ReturnType<typeof createRateLimiter>;

/**
 * Decides who may ask how often. While the counters cannot be reached, requests pass (fail open), but an
 * address whose credential was wrong is locked out for some seconds (fail closed).
 * @param onUnavailable called for every decision made without counters
 */
export function createRateLimiter(limits: Limits, log: Logger, onUnavailable: () => void = () => {}) {
  const locked = new LRUCache<string, true>({ max: MAX_LOCKED });
  let loggedAt = 0;

  async function take(key: string, limit: number, seconds = WINDOW_SECONDS): Promise<Taken | null> {
    try {
      return await limits.take(key, limit, seconds);
    } catch (err) {
      onUnavailable();
      if (Date.now() - loggedAt > LOG_EVERY_MS) {
        loggedAt = Date.now();
        log.error({ err, driver: limits.driver }, 'rate limits cannot be counted; requests are not limited');
      }
      return null;
    }
  }

  async function admit(response: HeaderSink, policy: string, key: string, limit: number): Promise<void> {
    const taken = await take(key, limit);
    if (!taken) return;
    const { allowed, remaining, resetSeconds } = taken;
    response.setHeader('RateLimit-Policy', `"${policy}";q=${limit};w=${WINDOW_SECONDS}`);
    response.setHeader('RateLimit', `"${policy}";r=${remaining};t=${resetSeconds}`);
    if (!allowed) throw tooMany(`More than ${limit} requests in a minute.`, resetSeconds);
  }

  function refuseLocked(address: string): void {
    const left = locked.getRemainingTTL(address);
    if (left > 0) throw tooMany('Too many wrong credentials from this address.', Math.ceil(left / 1000));
  }

  const address = (request: Pick<Request, 'ip'>, response: HeaderSink) =>
    admit(response, 'anonymous', `ip:${clientAddress(request)}`, ANONYMOUS_PER_MINUTE);

  return {
    /** Takes from the budget of an address without a credential. Probes are free. @throws {Problem} RATE_LIMITED */
    anonymous: (async (request, response, next) => {
      if (!isProbe(request.path)) await address(request, response);
      next();
    }) satisfies RequestHandler,

    /** The same for what is no operation. @throws {Problem} RATE_LIMITED */
    address,

    /** Takes from the budget of a verified credential, which its tenant's tier sets. @throws {Problem} RATE_LIMITED */
    caller: (response: HeaderSink, caller: Caller): Promise<void> => {
      const { tenantId, tier } = caller;
      return admit(response, tier, `tenant:${tenantId}:${callerId(caller)}`, REQUESTS_PER_MINUTE[tier]);
    },

    /**
     * Takes from the budgets of an address and a person before a password is looked at, right or wrong. Without
     * counters sign-in is refused (fail closed).
     * @param person what identifies the person; it is hashed by the caller
     * @throws {Problem} RATE_LIMITED, SERVICE_UNAVAILABLE
     */
    signIn: async (request: Pick<Request, 'ip'>, person: string): Promise<void> => {
      const address = clientAddress(request);
      refuseLocked(address);
      const budgets: [string, number, number][] = [
        [`sign-in:${address}`, SIGN_INS_PER_MINUTE, WINDOW_SECONDS],
        [`sign-in:${address}:${person}`, SIGN_INS_OF_PERSON, SIGN_IN_WINDOW_SECONDS],
        [`sign-in:${person}`, SIGN_INS_OF_PERSON_FROM_ANYWHERE, SIGN_IN_WINDOW_SECONDS],
      ];
      for (const [key, limit, seconds] of budgets) {
        const taken = await take(key, limit, seconds);
        if (!taken)
          throw new Problem('SERVICE_UNAVAILABLE', 'Sign-in is not available right now. Try again soon.', {
            retryAfter: CLOSED_SECONDS,
          });
        if (!taken.allowed) throw tooMany('Too many sign-in attempts.', taken.resetSeconds);
      }
    },

    /**
     * Runs `verify`, which throws UNAUTHENTICATED for a wrong credential. An address with too many of them is
     * refused before it is verified, so that further guessing reveals nothing.
     * @param isFamiliar the credential was right not long ago, so it is not being guessed
     * @throws {Problem} what `verify` throws, or RATE_LIMITED
     */
    credential: async <T>(
      request: Pick<Request, 'ip'>,
      verify: () => Promise<T>,
      isFamiliar = false,
    ): Promise<T> => {
      const address = clientAddress(request);
      if (!isFamiliar) refuseLocked(address);
      try {
        return await verify();
      } catch (error) {
        if (!(error instanceof Problem && error.code === 'UNAUTHENTICATED')) throw error;
        const taken = await take(`credential:${address}`, FAILED_CREDENTIALS_PER_MINUTE);
        if (taken?.allowed) throw error;
        locked.set(address, true, { ttl: Math.max(taken?.resetSeconds ?? CLOSED_SECONDS, 1) * 1000 });
        refuseLocked(address);
        throw error;
      }
    },
  };
}

/** Lets everything pass, for installations that are limited elsewhere. */
export const unlimited: RateLimiter = {
  anonymous: async (_request, _response, next) => next(),
  address: async () => {},
  caller: async () => {},
  signIn: async () => {},
  credential: (_request, verify) => verify(),
};

function tooMany(detail: string, retryAfter: number): Problem {
  return new Problem('RATE_LIMITED', detail, { retryAfter });
}
