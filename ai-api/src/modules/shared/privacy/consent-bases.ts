/** Whether people count in analytics unless they object, or only while they agree. */
export const ANALYTICS_BASES = ['objection', 'consent'] as const;

export type Basis = (typeof ANALYTICS_BASES)[number];
