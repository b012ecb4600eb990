/** Where a request for manual time stands. Only `approved` time is payable. */
export const STATES = [
  'submitted',
  'in_review',
  'awaiting_second',
  'approved',
  'rejected',
  'withdrawn',
] as const;
export type State = (typeof STATES)[number];

/** What the time was spent on. */
export const CATEGORIES = [
  'development',
  'research',
  'meeting',
  'training',
  'travel',
  'support',
  'other',
] as const;
export type Category = (typeof CATEGORIES)[number];

/** What happened to a request, in its history. */
export const STEPS = [
  'submitted',
  'flagged',
  'approved',
  'approved_first',
  'rejected',
  'withdrawn',
  'appealed',
  'reminded',
  'escalated',
  'confirmed',
] as const;
export type Step = (typeof STEPS)[number];

/** Whether a person's look at an automatic decision is due, and how it ended. */
export const AUDITS = ['due', 'confirmed', 'overturned'] as const;
export type Audit = (typeof AUDITS)[number];

/** States in which a person decides. */
export const OPEN_STATES = ['in_review', 'awaiting_second'] as const satisfies readonly State[];

/** States in which the builder may take a request back. */
export const WITHDRAWABLE = ['submitted', ...OPEN_STATES] as const satisfies readonly State[];
