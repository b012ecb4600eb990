/** States of a licence. `expired` follows from its last day; it is never written. */
export const LICENCE_STATES = ['active', 'suspended', 'revoked'] as const;
export type LicenceState = (typeof LICENCE_STATES)[number];

/** States in which a session occupies a seat. */
export const SEATED = ['offered', 'held', 'borrowed', 'lingering'] as const;
/** States of a session that has not ended for the seats. */
export const LIVE = ['queued', ...SEATED] as const;
/** Every state of a session. `lingering` is released, with its seat kept for the same member a while longer. */
export const SESSION_STATES = [...LIVE, 'released', 'expired', 'evicted', 'revoked'] as const;
export type SessionState = (typeof SESSION_STATES)[number];

/** What a request for a seat can be refused for, by the problem codes of the API. */
export const DENIALS = [
  'NO_SEATS',
  'SEATS_RESERVED',
  'USER_LIMIT',
  'LICENSE_SUSPENDED',
  'LICENSE_REVOKED',
  'LICENSE_EXPIRED',
  'LICENSE_NOT_STARTED',
  'PRODUCT_MISMATCH',
  'ENTITLEMENT_MISSING',
  'VERSION_NOT_COVERED',
  'DEVICE_BLOCKED',
  'DEVICE_LIMIT',
  'CLOCK_SKEW',
  'BORROW_REFUSED',
  'BORROW_TOO_LONG',
  'BORROW_LIMIT',
] as const;
export type Denial = (typeof DENIALS)[number];

/** How many sessions beyond the seats are admitted. */
export const OVERAGES = ['none', '1.25', '1.5', '2', 'always'] as const;
