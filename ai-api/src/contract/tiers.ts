/** What a tenant's contract allows. */
export const TIERS = ['starter', 'pro', 'enterprise'] as const;
export type Tier = (typeof TIERS)[number];

/** Requests in a minute for each credential of a tenant. */
export const REQUESTS_PER_MINUTE: Record<Tier, number> = { starter: 300, pro: 1200, enterprise: 6000 };
/** Requests in a minute from one address without a credential. */
export const ANONYMOUS_PER_MINUTE = 100;
/** Sign-ins with a password in a minute from one address. */
export const SIGN_INS_PER_MINUTE = 30;
/** Sign-ins of one person in a quarter of an hour, from one address and from all. */
export const SIGN_INS_OF_PERSON = 10;
export const SIGN_INS_OF_PERSON_FROM_ANYWHERE = 100;
export const SIGN_IN_WINDOW_SECONDS = 15 * 60;
/** Credentials in a minute from one address that may turn out to be wrong. */
export const FAILED_CREDENTIALS_PER_MINUTE = 30;
