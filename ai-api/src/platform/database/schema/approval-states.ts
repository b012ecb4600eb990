/**
 * The state of a request for manual time. Only `approved` time is payable. What is `incomplete` contradicts the records:
 * its builder mends it or asks for a person.
 */
export const STATES = [
  'submitted',
  'incomplete',
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
  'incomplete',
  'amended',
  'asked',
  'flagged',
  'proposed',
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
