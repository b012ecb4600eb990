import { decodeJwt } from 'jose';
import type { Database } from '../../../../platform/database/index.ts';
import type { Sealer } from '../../../../platform/sealing.ts';
import type { LicenceTokens } from '../../signing/index.ts';
import { policySchema } from '../schema.ts';
import type { Decision } from '../seats/index.ts';
import { findSession, keepToken } from '../sessions/store.ts';
import type { LicenceRecord } from '../store.ts';

interface Parts {
  database: Database;
  sealer: Sealer;
  tokens: LicenceTokens;
  now: () => Date;
}

type HeldSeat = Pick<NonNullable<Decision['seat']>, 'id' | 'device' | 'state' | 'until'>;

const placeOf = (sessionId: string) => `licence session ${sessionId}`;

/** Tokens of sessions: a signature for each new session, and another only when half the life of a token is over. */
export function createSessionTokens({ database, sealer, tokens, now }: Parts) {
  function lifeOf(licence: LicenceRecord, seat: HeldSeat): number {
    const grace = seat.state === 'borrowed' ? 0 : policySchema.parse(licence.policy).graceSeconds * 1000;
    const end = licence.expires_at?.getTime() ?? Number.POSITIVE_INFINITY;
    return Math.min(seat.until + grace, end);
  }

  /** @throws {import('../../signing/index.ts').SigningUnavailable} */
  async function sign(licence: LicenceRecord, seat: HeldSeat): Promise<string> {
    const exp = Math.floor(lifeOf(licence, seat) / 1000);
    const { token, issuedAt } = await tokens.sign({
      aud: licence.product_code,
      sub: seat.device,
      jti: seat.id,
      lic: licence.id,
      tid: licence.tenant_id,
      entitlements: licence.entitlements,
      nbf: Math.floor(now().getTime() / 1000) - 60,
      exp,
      off: exp,
    });
    await database.withTenant(licence.tenant_id, (transaction) =>
      keepToken(transaction, seat.id, {
        token: sealer.seal(token, placeOf(seat.id)),
        issuedAt: new Date(issuedAt * 1000),
        expiresAt: new Date(exp * 1000),
      }),
    );
    return token;
  }

  return {
    sign,
    /**
     * The token of a session that its client asks for again: the stored one until half its life is over. While nothing can
     * be signed, the stored one as long as it is valid.
     * @throws {import('../../signing/index.ts').SigningUnavailable}
     */
    again: async (licence: LicenceRecord, seat: HeldSeat): Promise<string> => {
      const row = await database.withTenant(licence.tenant_id, (transaction) =>
        findSession(transaction, seat.id),
      );
      const { token, token_issued_at: from, token_expires_at: to } = row ?? {};
      const time = now().getTime();
      const opened = token && to && to.getTime() > time ? sealer.open(token, placeOf(seat.id)) : null;
      // Where users lease, the session may have moved to another device since.
      const stored = opened !== null && decodeJwt(opened).sub === seat.device ? opened : null;
      const isFresh = stored !== null && from && to && time < (from.getTime() + to.getTime()) / 2;
      if (isFresh) return stored;
      return sign(licence, seat).catch((error: unknown) => {
        if (stored !== null) return stored;
        throw error;
      });
    },
  };
}

export type SessionTokens = ReturnType<typeof createSessionTokens>;
