import type { Request, Response } from 'express';
import type { Caller } from '../caller.ts';
import type { Authenticate } from '../router.ts';
import type { RateLimiter } from './index.ts';

/** The limits of requests that are no operation, such as a connection: the same ones that operations have. */
export interface ConnectionGate {
  /**
   * Verifies the caller; null when there is no credential. Wrong credentials count against their address, right
   * ones have the budget of their tier, and requests without one that of their address.
   * @throws {import('../problem.ts').Problem} UNAUTHENTICATED, RATE_LIMITED
   */
  verify(request: Request, response?: Response): Promise<Caller | null>;
  /** Takes from the budget of the address. @throws {import('../problem.ts').Problem} RATE_LIMITED */
  count(request: Request, response?: Response): Promise<void>;
}

export function connectionGate(authenticate: Authenticate, limiter: RateLimiter): ConnectionGate {
  const count = (request: Request, response = NOWHERE) => limiter.address(request, response);
  return {
    count,
    verify: async (request, response = NOWHERE) => {
      const caller = await authenticate(request, (verify, isFamiliar) =>
        limiter.credential(request, verify, isFamiliar),
      );
      if (caller) await limiter.caller(response, caller);
      else await count(request, response);
      return caller;
    },
  };
}

/** The handshake of a WebSocket has no headers of ours. */
const NOWHERE = { setHeader: () => NOWHERE } as unknown as Response;
