/** Personal data that patterns and check digits find. Names need a model: they are not found. */
export const PII_KINDS = ['email', 'phone', 'iban', 'card', 'ip'] as const;
export type PiiKind = (typeof PII_KINDS)[number];
