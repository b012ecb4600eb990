import { z } from 'zod';
import { TIERS } from '../../contract/tiers.ts';
import { parseSignInProviders, parseTokenIssuers } from '../sign-in.ts';
import { checked, oneOf, text } from './types.ts';

/** The first company, and where people sign in. */
export const company = {
  TENANT: text
    .max(100, 'must be at most 100 characters')
    .default('default')
    .describe('Company created at the first start'),
  BOOTSTRAP_API_KEY: z
    .string()
    .regex(/^aim_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{32,128}$/, 'must look like aim_<8 characters>_<32 to 128>')
    .optional()
    .describe('API key with the role admin, registered at start'),
  BOOTSTRAP_ADMIN_EMAIL: z
    .email('must be an e-mail address')
    .toLowerCase()
    .optional()
    .describe('First user, an admin; created at start if missing'),
  BOOTSTRAP_ADMIN_PASSWORD: z
    .string()
    .min(12, 'must be at least 12 characters')
    .max(200, 'must be at most 200 characters')
    .optional()
    .describe('Required with BOOTSTRAP_ADMIN_EMAIL; later changes have no effect'),
  SIGN_IN_PROVIDERS: checked(parseSignInProviders)
    .default('[]')
    .describe('Sign-in providers, as JSON: see docs/identity.md'),
  TOKEN_ISSUERS: checked(parseTokenIssuers)
    .default('[]')
    .describe('Issuers whose access tokens are trusted, as JSON: see docs/identity.md'),
  TENANT_TIER: oneOf(TIERS).default('enterprise').describe('Tier of the company that TENANT names'),
};
