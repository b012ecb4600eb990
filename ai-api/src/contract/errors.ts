/**
 * Every problem the API answers, by its stable code: HTTP status and title (RFC 9457 `title`). A code
 * never changes its meaning; `detail` says what was wrong this time.
 */
export const PROBLEMS = {
  INVALID_INPUT: { status: 422, title: 'The input is not valid' },
  MALFORMED_JSON: { status: 400, title: 'The body is not valid JSON' },
  MALFORMED_HTTP: { status: 400, title: 'The request is not valid HTTP' },
  IDEMPOTENCY_KEY_INVALID: { status: 400, title: 'The Idempotency-Key is not valid' },
  IDEMPOTENCY_IN_FLIGHT: { status: 409, title: 'The first request with this key is not answered yet' },
  IDEMPOTENCY_MISMATCH: { status: 422, title: 'This key belongs to another request' },
  BODY_TOO_DEEP: { status: 400, title: 'The body is nested too deeply' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  REQUEST_TOO_SLOW: { status: 408, title: 'The request did not arrive in time' },
  URL_TOO_LONG: { status: 414, title: 'The URL is too long' },
  HEADERS_TOO_LARGE: { status: 431, title: 'The headers are too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The body must be JSON' },
  UNAUTHENTICATED: { status: 401, title: 'A valid credential is needed' },
  FORBIDDEN: { status: 403, title: 'Your role does not allow this' },
  INSUFFICIENT_SCOPE: { status: 403, title: 'The scopes of this key do not include this' },
  ACT_AS_REFUSED: { status: 403, title: 'This key may not act for that person' },
  CSRF_REFUSED: { status: 403, title: 'A browser sent this from somewhere else' },
  SIGN_IN_REFUSED: { status: 403, title: 'This person cannot sign in here' },
  LAST_ADMIN: { status: 409, title: 'Somebody has to stay admin' },
  NOT_FOUND: { status: 404, title: 'There is no such thing' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'This path does not take that method' },
  IMPORT_INVALID: { status: 422, title: 'Nothing was imported, some rows are not valid' },
  WEEK_INVALID: { status: 422, title: 'This week cannot be evaluated' },
  NOTHING_TO_EVALUATE: { status: 409, title: 'There is nobody to evaluate' },
  NOT_JUDGED: { status: 409, title: 'This evaluation has no judgement yet' },
  REVIEW_NOT_YOURS: { status: 409, title: 'You do not have this review now' },
  REVIEW_INCOMPLETE: { status: 409, title: 'A score is missing' },
  WEBHOOK_URL_REFUSED: { status: 422, title: 'Events cannot be delivered to this URL' },
  CONFLICT: { status: 409, title: 'Somebody else changed this first' },
  TOO_MANY_CONNECTIONS: { status: 429, title: 'There are too many open connections' },
  RATE_LIMITED: { status: 429, title: 'There were too many requests' },
  OVERLOADED: { status: 503, title: 'The server has too much to do' },
  REQUEST_TIMEOUT: { status: 503, title: 'The answer took too long' },
  SERVICE_UNAVAILABLE: { status: 503, title: 'The service cannot answer right now' },
  INTERNAL: { status: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof PROBLEMS;
