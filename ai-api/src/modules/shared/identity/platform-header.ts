import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { z } from 'zod';
import type { PlatformHeader, TokenIssuer } from '../../../config/sign-in.ts';
import { expectBody } from '../../../http/body-digest.ts';
import { invalidToken } from '../../../http/problem.ts';
import type { Database } from '../../../platform/database/index.ts';
import { takeNonce } from './nonces.ts';

/** Names user, company and roles: JSON in base64url. */
const HEADER = 'ai-manager-platform';
/** `<key>:<HMAC-SHA256 in hex>`. */
const SIGNATURE_HEADER = 'ai-manager-platform-signature';
/** How far the time of a request may be from ours. */
const WINDOW_SECONDS = 60;
/** For how long after that time a nonce is kept: longer than its request is valid, since clocks of processes differ. */
const KEPT_SECONDS = 600;
const MAX_LENGTH = 8_192;

const SIGNATURE = /^([\w.-]{1,50}):([0-9a-f]{64})$/;

const said = z.strictObject({
  user: z.strictObject({
    id: z.string().min(1).max(200),
    email: z.string().min(3).max(254),
    name: z.string().max(200).optional(),
  }),
  company: z.string().min(1).max(100),
  roles: z.array(z.string().max(100)).max(100),
  at: z.int().describe('Seconds since 1970'),
  nonce: z.string().regex(/^[\w-]{16,100}$/),
  body: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('SHA-256 of the body in hex; of no bytes where there is none'),
});

/** What a signed request says, as claims of an issuer. */
export interface PlatformClaims {
  issuer: TokenIssuer;
  claims: Record<string, unknown> & { sub: string; exp: number };
}

/** A header whose signature is right. */
interface SignedHeader {
  keyId: string;
  header: string;
}

/** Whether a request names its person by the headers of another platform. */
export function hasPlatformHeader({ headers }: Request): boolean {
  return headers[HEADER] !== undefined || headers[SIGNATURE_HEADER] !== undefined;
}

export type PlatformHeaders = ReturnType<typeof createPlatformHeaders>;

/**
 * Verifies requests that the platform, which this installation is part of, signs one by one: HMAC-SHA256 over
 * `v1`, method, path with query, and the header, joined by line feeds; the header has the digest of the body. A request is
 * valid for a minute, once.
 */
export function createPlatformHeaders(database: Database, settings: PlatformHeader | null, now: () => Date) {
  const keys = new Map(
    Object.entries(settings?.keys ?? {}).map(([id, key]) => [id, Buffer.from(key, 'base64')]),
  );
  const issuer = settings && issuerOf(settings);

  return {
    /** Holds the signature against our keys. @throws {Problem} UNAUTHENTICATED */
    verify: (request: Request): SignedHeader => {
      if (!issuer) throw invalidToken('This installation takes no signed headers.');
      const header = String(request.headers[HEADER] ?? '');
      const signature = String(request.headers[SIGNATURE_HEADER] ?? '');
      const [, keyId = '', hex = ''] = SIGNATURE.exec(signature) ?? [];
      const key = keys.get(keyId);
      if (!key || header.length > MAX_LENGTH)
        throw invalidToken('The signature of the platform is not valid.');
      const signed = ['v1', request.method, request.originalUrl, header].join('\n');
      const right = createHmac('sha256', key).update(signed).digest();
      if (!timingSafeEqual(right, Buffer.from(hex, 'hex')))
        throw invalidToken('The signature of the platform is not valid.');
      return { keyId, header };
    },

    /**
     * Takes a request whose signature is right, once, and has its body held against the digest.
     * @param checksBody whether the route reads the body as a whole before it is used
     * @throws {Problem} UNAUTHENTICATED with the reason
     */
    admit: async (
      request: Request,
      { keyId, header }: SignedHeader,
      checksBody: boolean,
    ): Promise<PlatformClaims> => {
      if (!issuer || !checksBody)
        throw invalidToken('Only operations take a signed request; send a token of the platform.');
      const { user, company, roles, at, nonce, body } = read(header);
      const time = now();
      if (Math.abs(time.getTime() / 1000 - at) > WINDOW_SECONDS)
        throw invalidToken(`The signature is not of this minute: its time is ${at}.`);
      const endsAt = new Date((at + KEPT_SECONDS) * 1000);
      if (!(await takeNonce(database, `${keyId}\n${nonce}`, { now: time, endsAt })))
        throw invalidToken('This request was sent before; each needs a nonce of its own.');
      expectBody(request, body);
      const { id: sub, email, name } = user;
      const claims = { sub, email, email_verified: true, name, company, roles, exp: at + WINDOW_SECONDS };
      return { issuer, claims };
    },
  };
}

function read(header: string): z.output<typeof said> {
  try {
    return said.parse(JSON.parse(Buffer.from(header, 'base64url').toString('utf8')));
  } catch {
    throw invalidToken(
      'AI-Manager-Platform must be JSON in base64url with user (id, email), company, roles, at, nonce and body.',
    );
  }
}

/** The platform as an issuer: its people are the same ones as those of its tokens. */
function issuerOf({ issuer, roles, tenants }: PlatformHeader): TokenIssuer {
  return {
    issuer,
    audience: 'signed header',
    audienceClaim: 'aud',
    tenantClaim: 'company',
    tenants,
    rolesClaim: 'roles',
    roles,
    defaultRoles: [],
    emailClaim: 'email',
    nameClaim: 'name',
  };
}
