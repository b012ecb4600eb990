import type { z } from 'zod';
import { type ErrorCode, PROBLEMS } from '../contract/errors.ts';
import type { ProblemDocument } from '../contract/schemas.ts';
import { plainIssue } from './plain-issues.ts';

/** @see https://www.rfc-editor.org/rfc/rfc6750#section-3.1 */
type TokenError = 'invalid_token' | 'insufficient_scope';
type FieldErrors = NonNullable<ProblemDocument['errors']>;

/** An answer other than success; the error handler turns it into an RFC 9457 problem document. */
export class Problem extends Error {
  readonly code: ErrorCode;
  readonly errors: FieldErrors | undefined;
  /** Of a licence whose seats are all taken. */
  readonly seats: ProblemDocument['seats'];
  /** Of a company whose plan does not allow it. */
  readonly plan: ProblemDocument['plan'];
  /** Of a company whose data stays elsewhere: where. */
  readonly residency: ProblemDocument['residency'];
  /** Seconds for the `Retry-After` header. */
  readonly retryAfter: number | undefined;
  /** Why a token that was sent does not do, for `WWW-Authenticate`. */
  readonly tokenError: TokenError | undefined;

  constructor(
    code: ErrorCode,
    detail: string,
    extra: {
      errors?: FieldErrors;
      seats?: ProblemDocument['seats'];
      plan?: ProblemDocument['plan'];
      residency?: ProblemDocument['residency'];
      retryAfter?: number;
      tokenError?: TokenError;
      cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: extra.cause });
    this.name = 'Problem';
    this.code = code;
    this.errors = extra.errors;
    this.seats = extra.seats;
    this.plan = extra.plan;
    this.residency = extra.residency;
    this.retryAfter = extra.retryAfter;
    this.tokenError = extra.tokenError;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }

  /**
   * The `WWW-Authenticate` header of the answer; null for none.
   * @see https://www.rfc-editor.org/rfc/rfc6750#section-3
   */
  get challenge(): string | null {
    if (this.status !== 401 && this.tokenError === undefined) return null;
    const realm = 'Bearer realm="ai-manager"';
    if (this.tokenError === undefined) return realm;
    const description = this.message.replaceAll(/[^\x20-\x7e]|["\\]/g, "'");
    return `${realm}, error="${this.tokenError}", error_description="${description}"`;
  }

  document(request: { path: string; id: string }): ProblemDocument {
    const { status, title } = PROBLEMS[this.code];
    return {
      type: `/docs/problems#${this.code.toLowerCase().replaceAll('_', '-')}`,
      title,
      status,
      code: this.code,
      detail: this.message,
      instance: request.path,
      requestId: request.id,
      ...(this.errors ? { errors: this.errors } : {}),
      ...(this.seats ? { seats: this.seats } : {}),
      ...(this.plan ? { plan: this.plan } : {}),
      ...(this.residency ? { residency: this.residency } : {}),
    };
  }
}

/** 401 about a credential that was sent, which says what is wrong with it. */
export function invalidToken(detail: string): Problem {
  return new Problem('UNAUTHENTICATED', detail, { tokenError: 'invalid_token' });
}

/** 404 that names what was looked for without saying whether it exists elsewhere. */
export function notFound(what: string, id: string): Problem {
  return new Problem('NOT_FOUND', `No ${what} with id ${id}.`);
}

/** 422 about one field of the input. */
export function invalidField(field: string, message: string): Problem {
  return new Problem('INVALID_INPUT', `${field}: ${message}`, { errors: [{ field, message }] });
}

/** 422 from a zod error, one entry per field; values are not echoed. Parse with `reportInput`: it shows which fields are missing. */
export function invalidInput(error: z.ZodError): Problem {
  const errors = error.issues.slice(0, 50).map((issue) => ({
    field: issue.path.join('.') || '(body)',
    message: plainIssue(issue),
  }));
  const first = errors[0];
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : '';
  return new Problem('INVALID_INPUT', `${first?.field}: ${first?.message}${more}`, { errors });
}
