import { isIP } from 'node:net';
import { z } from 'zod';
import { TIERS } from '../../contract/tiers.ts';
import { parsePlatformHeader, parseSignInProviders, parseTokenIssuers } from '../sign-in.ts';
import { checked, oneOf, text, whole } from './types.ts';

/** Addresses of DNS servers, such as `10.0.0.2:53`. @throws for an invalid address */
export function parseDnsServers(list: string): string[] {
  const servers = list
    .split(',')
    .map((server) => server.trim())
    .filter((server) => server !== '');
  const wrong = servers.find(
    (server) => isIP(server) === 0 && isIP(server.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')) === 0,
  );
  if (wrong !== undefined) throw new Error(`${wrong} is not an IP address`);
  return servers;
}

/** The first company, and where people sign in. */
export const company = {
  DEPLOY_MODE: oneOf(['standalone', 'integrated'])
    .default('standalone')
    .describe(
      'integrated: part of another platform, whose tokens (TOKEN_ISSUERS) are the only way in for people',
    ),
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
  PLATFORM_HEADER: checked(parsePlatformHeader)
    .default('')
    .describe(
      'How the platform signs its requests where DEPLOY_MODE is integrated, as JSON: see docs/identity.md',
    ),
  DNS_SERVERS: checked(parseDnsServers)
    .default('')
    .describe('DNS servers that verify e-mail domains, separated by commas; those of the system by default'),
  SIGN_UP: oneOf(['off', 'on'])
    .default('off')
    .describe('on: people may open a company of their own, by e-mail or at a sign-in provider'),
  SIGN_UP_TIER: oneOf(TIERS).default('starter').describe('Tier of companies that people open'),
  SIGN_UP_PER_DAY: whole(1, 100_000, 100).describe('Companies that people open in 24 hours, at most'),
  TENANT_TIER: oneOf(TIERS).default('enterprise').describe('Tier of the company that TENANT names'),
};
