/** How a call to a model can fail. */
export const MODEL_FAILURES = [
  'unreachable',
  'timeout',
  'unauthorized',
  'rate_limited',
  'refused',
  'out_of_schema',
  'error',
] as const;
export type ModelFailureKind = (typeof MODEL_FAILURES)[number];
