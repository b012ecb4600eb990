/** How a call to a model can fail. */
export const MODEL_FAILURES = [
  'unreachable',
  'timeout',
  'unauthorized',
  'rate_limited',
  'over_budget',
  'not_in_region',
  'refused',
  'out_of_schema',
  'error',
] as const;
export type ModelFailureKind = (typeof MODEL_FAILURES)[number];

/** What a way to a model is at this moment. */
export const ROUTE_STATES = ['ready', 'failing', 'key refused', 'answers do not fit'] as const;
export type RouteState = (typeof ROUTE_STATES)[number];

/** How a call that was made can end, in the ledger. */
export const CALL_OUTCOMES = ['ok', ...MODEL_FAILURES, 'aborted'] as const;
export type CallOutcome = (typeof CALL_OUTCOMES)[number];
