/**
 * Every problem the API answers, by its stable code: HTTP status and title (RFC 9457 `title`). A code
 * never changes its meaning; `detail` says what was wrong this time.
 */
export const PROBLEMS = {
  INVALID_INPUT: { status: 422, title: 'The input is not valid' },
  MALFORMED_JSON: { status: 400, title: 'The body is not valid JSON' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The body must be JSON' },
  UNAUTHENTICATED: { status: 401, title: 'A valid API key is needed' },
  FORBIDDEN: { status: 403, title: 'Your role does not allow this' },
  NOT_FOUND: { status: 404, title: 'There is no such thing' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'This path does not take that method' },
  IMPORT_INVALID: { status: 422, title: 'Nothing was imported, some rows are not valid' },
  WEEK_INVALID: { status: 422, title: 'This week cannot be evaluated' },
  NOTHING_TO_EVALUATE: { status: 409, title: 'There is nobody to evaluate' },
  NOT_JUDGED: { status: 409, title: 'This evaluation has no judgement yet' },
  CONFLICT: { status: 409, title: 'Somebody else changed this first' },
  SERVICE_UNAVAILABLE: { status: 503, title: 'The service cannot answer right now' },
  INTERNAL: { status: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof PROBLEMS;
