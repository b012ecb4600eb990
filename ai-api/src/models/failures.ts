/** How a call to a model can fail. */
export const MODEL_FAILURES = [
  'unreachable',
  'timeout',
  'unauthorized',
  'rate_limited',
  'over_budget',
  'refused',
  'out_of_schema',
  'error',
] as const;
export type ModelFailureKind = (typeof MODEL_FAILURES)[number];

/** How a call that was made can end, in the ledger. */
export const CALL_OUTCOMES = ['ok', ...MODEL_FAILURES, 'aborted'] as const;
export type CallOutcome = (typeof CALL_OUTCOMES)[number];
