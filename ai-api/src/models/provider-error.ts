import { ModelError } from './chat.ts';

/** A call to the provider that brought no completion. */
export class ProviderError extends ModelError {
  /** Whether the same call may well succeed a moment later. */
  readonly passes: boolean;
  /** Milliseconds the provider asks us to wait (RFC 9110, Retry-After); 0 when it does not say. */
  readonly retryAfterMs: number;

  constructor(kind: ModelError['kind'], message: string, passes: boolean, cause: unknown) {
    super(kind, message, undefined, cause);
    this.passes = passes;
    this.retryAfterMs = retryAfterOf(Object(cause).headers as Headers | undefined);
  }
}

/** Names what the provider's client threw. Never repeats its words: they may hold the key. */
export function classify(error: unknown, timedOut: boolean): ModelError {
  if (error instanceof ModelError) return error;
  const { status, code } = Object(error) as { status?: number; code?: string | null };
  const lasting = (kind: ModelError['kind'], message: string) =>
    new ProviderError(kind, message, false, error);
  const passing = (kind: ModelError['kind'], message: string) =>
    new ProviderError(kind, message, true, error);
  if (status === undefined && !timedOut && isTold(error)) return fromError(error.error);
  if (timedOut) return passing('timeout', 'The model did not answer in time.');
  if (status === 401 || status === 403) return lasting('unauthorized', 'The model provider refused the key.');
  if (code === 'insufficient_quota')
    return lasting('rate_limited', 'The account at the model provider is used up.');
  if (status === 429) return passing('rate_limited', 'The model provider is limiting our calls.');
  if (status !== undefined && status >= 500)
    return passing('unreachable', `The model provider answered ${status}.`);
  if (status !== undefined) return lasting('error', `The model provider answered ${status}.`);
  if (isConnection(error)) return passing('unreachable', 'The model provider could not be reached.');
  if (error instanceof SyntaxError)
    return lasting('error', 'The model provider sent an unreadable response.');
  return lasting('error', 'The call to the model failed.');
}

/** What a client throws for an error that came inside a stream: it has no status of its own. */
function isTold(error: unknown): error is { error: unknown } {
  return Boolean((Object(error) as { error?: unknown }).error);
}

/** Names that providers give to what passes, in the place of a status. */
const NAMED: Record<string, number> = {
  overloaded_error: 529,
  overloaded: 529,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  api_error: 500,
  server_error: 500,
  internal_server_error: 500,
  service_unavailable: 503,
  timeout_error: 504,
  authentication_error: 401,
  permission_error: 403,
  insufficient_quota: 429,
  invalid_request_error: 400,
  not_found_error: 404,
};

/**
 * Names an error that came in a body or in a stream that began with 200. One that says nothing of itself may pass:
 * gateways write so when what is behind them fails.
 */
export function fromError(told: unknown): ModelError {
  const inner = (Object(told) as { error?: unknown }).error ?? told;
  const { code, status, type } = Object(inner) as Record<'code' | 'status' | 'type', unknown>;
  const statusOf = (value: unknown) =>
    NAMED[String(value)] ?? (Number.isInteger(Number(value)) ? Number(value) : 0);
  const known = [code, status, type].map(statusOf).find((value) => value >= 400 && value < 600) ?? 502;
  return classify({ status: known, code }, false);
}

/** The client's own connection errors, and those of `fetch` while it reads a body: they name a cause. */
function isConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error.constructor.name.startsWith('APIConnection') ||
    (error instanceof TypeError && error.cause !== undefined)
  );
}

function retryAfterOf(headers: Headers | undefined): number {
  const value = headers?.get('retry-after')?.trim();
  if (!value) return 0;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
