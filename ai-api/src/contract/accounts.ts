import { z } from 'zod';
import { ROLES } from './operation.ts';
import { id, timestamp } from './schemas.ts';

/** A person as sign-in and `whoami` return it. */
export const person = z
  .object({
    userId: id,
    email: z.string(),
    name: z.string(),
    builderId: z.string().nullable().describe('The builder with this e-mail address'),
  })
  .meta({ id: 'Person' });

/** An e-mail address as it is stored: in lower case. */
export const email = z.string().trim().max(254).toLowerCase().pipe(z.email('must be an e-mail address'));

/** The name of a company that a person opens. */
export const newCompany = z
  .string()
  .trim()
  .min(2)
  .max(100)
  .regex(/^[^\p{C}]*$/u, 'must have no control characters');

/**
 * A password that is set. Long enough to need no other rules.
 * @see https://pages.nist.gov/800-63-4/sp800-63b.html
 */
export const newPassword = z.string().min(12, 'must be at least 12 characters').max(200);

export const STATUSES = ['active', 'invited', 'disabled'] as const;

/** A user as administrators see them. */
export const account = z
  .object({
    userId: id,
    email: z.string(),
    name: z.string(),
    roles: z.array(z.enum(ROLES)),
    status: z.enum(STATUSES),
    hasPassword: z.boolean(),
    issuers: z.array(z.string()).describe('Linked accounts elsewhere'),
    builderId: z.string().nullable().describe('The builder with this e-mail address'),
    invitedUntil: timestamp.nullable().describe('Until then the newest invitation works'),
    invitationSentAt: timestamp.nullable().describe('When the invitation was e-mailed; null if it was not'),
    invitationError: z.string().nullable().describe('Why the invitation could not be e-mailed'),
    lastSignInAt: timestamp.nullable(),
    createdAt: timestamp,
  })
  .meta({ id: 'User' });

/** Tokens of a person, for a program. */
export const tokens = z
  .object({
    accessToken: z.string().describe('A JWT for `Authorization: Bearer`'),
    tokenType: z.literal('Bearer'),
    expiresIn: z.number().int().describe('Seconds'),
    refreshToken: z.string().describe('For POST /auth/refresh, once'),
  })
  .meta({ id: 'Tokens' });

const browserSession = z
  .object({
    csrfToken: z.string().describe('To send as X-CSRF-Token with every request that changes something'),
    expiresAt: timestamp.describe('Extended by each use'),
  })
  .meta({ id: 'BrowserSession' });

/** Who signed in, and by what the next requests are known. */
export const signedIn = z
  .object({
    user: person,
    roles: z.array(z.enum(ROLES)),
    session: browserSession.nullable(),
    tokens: tokens.nullable(),
  })
  .meta({ id: 'SignedIn' });
