import { Problem } from '../../../../http/problem.ts';

/** Stripe did not answer, or not as it should. */
export class StripeFailed extends Error {
  readonly retryable: boolean;

  constructor(message: string, retryable: boolean, cause?: unknown) {
    super(message, { cause });
    this.name = 'StripeFailed';
    this.retryable = retryable;
  }
}

/** What a caller reads when Stripe failed; other errors as they are. */
export function billingProblem(error: unknown): unknown {
  if (!(error instanceof StripeFailed)) return error;
  const { retryable } = error;
  const detail = retryable
    ? 'Stripe cannot be reached right now. The plan is unchanged.'
    : 'Stripe refused the request. The operator finds the reason in the log. The plan is unchanged.';
  return new Problem('BILLING_UNAVAILABLE', detail, {
    ...(retryable ? { retryAfter: 30 } : {}),
    cause: error,
  });
}
