/** What a count is of. */
export const UNITS = ['characters', 'words', 'sentences', 'paragraphs', 'lines'] as const;
export type Unit = (typeof UNITS)[number];

/** Personal data that patterns and check digits find. Names need a model: they are not found. */
export const PII_KINDS = ['email', 'phone', 'iban', 'card', 'ip'] as const;
export type PiiKind = (typeof PII_KINDS)[number];

/** What becomes of a text that did not pass. */
export const ACTIONS = [
  'noop',
  'exception',
  'fix',
  'filter',
  'refrain',
  'reask',
  'fix_reask',
  'human',
] as const;
export type Action = (typeof ACTIONS)[number];

/** What became of a text. */
export const EFFECTS = ['accepted', 'changed', 'refused', 'withheld', 'reask', 'waiting'] as const;
export type Effect = (typeof EFFECTS)[number];

/** How often a text may be asked for again. */
export const MAX_REASKS = 3;

export const VERDICTS = ['passed', 'failed', 'unsure'] as const;
export type VerdictStatus = (typeof VERDICTS)[number];
