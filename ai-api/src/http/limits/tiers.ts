/** What a tenant's contract allows. */
export const TIERS = ['starter', 'pro', 'enterprise'] as const;
export type Tier = (typeof TIERS)[number];

/** Requests in a minute for each credential of a tenant. */
export const REQUESTS_PER_MINUTE: Record<Tier, number> = { starter: 300, pro: 1200, enterprise: 6000 };
/** Requests in a minute from one address without a credential. */
export const ANONYMOUS_PER_MINUTE = 100;
/** Credentials in a minute from one address that may turn out to be wrong. */
export const FAILED_CREDENTIALS_PER_MINUTE = 30;
