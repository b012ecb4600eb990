import { z } from 'zod';
import { ROLES } from '../contract/operation.ts';

const secureUrl = z
  .url({ protocol: /^https?$/, error: 'must be a URL' })
  .refine(
    (url) => url.startsWith('https:') || /^http:\/\/(localhost|127\.|\[::1\])/.test(url),
    'must start with https://',
  );
const role = z.enum(ROLES);

/** How claims become a person. */
const mapping = {
  tenant: z.string().min(1).max(100).optional(),
  rolesClaim: z.string().min(1).max(100).optional(),
  roles: z.record(z.string(), role).optional(),
  defaultRoles: z.array(role).default([]),
  emailClaim: z.string().min(1).max(100).default('email'),
  nameClaim: z.string().min(1).max(100).default('name'),
  trustEmail: z.boolean().optional(),
  domains: z.array(z.string().toLowerCase()).optional(),
};

const issuer = z
  .strictObject({
    issuer: secureUrl,
    audience: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
    audienceClaim: z.enum(['aud', 'client_id', 'azp']).default('aud'),
    jwksUri: secureUrl.optional(),
    tenantClaim: z.string().min(1).max(100).optional(),
    tenants: z.union([z.record(z.string(), z.string()), z.literal('any')]).optional(),
    ...mapping,
  })
  .superRefine(({ tenants, tenantClaim }, context) => {
    if (tenants === 'any' && !tenantClaim)
      context.addIssue({ code: 'custom', path: ['tenantClaim'], message: 'is needed with "tenants": "any"' });
  });

const KINDS = ['google', 'microsoft', 'github', 'cognito', 'keycloak', 'oidc'] as const;

const provider = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be a short lower-case name'),
    kind: z.enum(KINDS),
    label: z.string().max(50).optional(),
    clientId: z.string().min(1),
    /** Absent for a public client, which proves itself by PKCE alone. */
    clientSecret: z.string().min(1).optional(),
    issuer: secureUrl.optional(),
    directory: z
      .string()
      .regex(/^[\w.-]+$/)
      .optional(),
    apiUrl: secureUrl.optional(),
    scope: z.string().optional(),
    ...mapping,
  })
  .superRefine((given, context) => {
    const need = (field: 'issuer' | 'directory', why: string) => {
      if (!given[field]) context.addIssue({ code: 'custom', path: [field], message: `is needed ${why}` });
    };
    if (given.kind === 'cognito' || given.kind === 'keycloak' || given.kind === 'oidc')
      need('issuer', `for ${given.kind}`);
    if (given.kind === 'microsoft') need('directory', 'for microsoft: the id of one Entra directory');
    if (!given.clientSecret && (given.kind === 'google' || given.kind === 'github'))
      context.addIssue({ code: 'custom', path: ['clientSecret'], message: `is needed for ${given.kind}` });
    const isPublic = given.kind === 'google' || given.kind === 'github';
    if (isPublic && given.defaultRoles.length > 0 && !given.domains?.length)
      context.addIssue({
        code: 'custom',
        path: ['domains'],
        message: `is needed with defaultRoles: anyone can create an account at ${given.kind}`,
      });
  });

/** HMAC keys are at least as long as their hash (RFC 2104). */
const MIN_KEY_BYTES = 32;

const platformHeader = z.strictObject({
  issuer: secureUrl,
  keys: z
    .record(
      z.string().regex(/^[\w.-]{1,50}$/, 'must be a short name'),
      z
        .base64()
        .refine(
          (key) => Buffer.from(key, 'base64').length >= MIN_KEY_BYTES,
          'must be 32 bytes or more in base64',
        ),
    )
    .refine((keys) => Object.keys(keys).length > 0, 'must have a key'),
  roles: z.record(z.string(), role),
  tenants: z.union([z.record(z.string(), z.string()), z.literal('any')]).default('any'),
});

/** How the platform that this installation is part of signs its requests. */
export type PlatformHeader = z.output<typeof platformHeader>;

/** Null for an empty setting. @throws without telling values */
export function parsePlatformHeader(json: string): PlatformHeader | null {
  if (json.trim() === '') return null;
  const [parsed = null] = parse(`[${json}]`, z.array(platformHeader), ({ issuer: name }) => name);
  return parsed;
}

export type TokenIssuer = z.output<typeof issuer>;
export type SignInProvider = z.output<typeof provider>;
/** How the claims of an issuer or a provider become a person of a tenant. */
export type ClaimMapping = Pick<
  TokenIssuer,
  'rolesClaim' | 'roles' | 'defaultRoles' | 'emailClaim' | 'nameClaim' | 'trustEmail' | 'domains'
>;

/** @throws without telling values */
export function parseTokenIssuers(json: string): TokenIssuer[] {
  return parse(json, z.array(issuer), ({ issuer: name }) => name);
}

/** @throws without telling values */
export function parseSignInProviders(json: string): SignInProvider[] {
  return parse(json, z.array(provider), ({ id }) => id);
}

function parse<T>(json: string, schema: z.ZodType<T[]>, nameOf: (entry: T) => string): T[] {
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch {
    throw new Error('it must be a list in JSON');
  }
  const parsed = schema.safeParse(given);
  const fault = parsed.error?.issues[0];
  if (fault) throw new Error(`${fault.path.join('.') || 'the list'} ${fault.message}`);
  const entries = parsed.data ?? [];
  const names = entries.map(nameOf);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`${twice} is there twice`);
  return entries;
}
