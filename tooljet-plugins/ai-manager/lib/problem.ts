import type { Answer } from '../../common/http.ts';
import { QueryError } from '../../common/query-error.ts';
import { asProblem, type FieldError, type ProblemDocument, placeOf } from './problem-document.generated.ts';

const SHOWN_ERRORS = 10;

/**
 * The error for an answer that is no success: the problem document's title, its detail with the refused
 * fields, and as data `{status, code, detail, errors, fields, requestId}`, so that a form can show
 * `fields.reason` beside its field.
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function problemError(baseUrl: string, answer: Answer): QueryError {
  const problem = asProblem(answer.body);
  if (!problem) {
    const location = answer.headers.get('location');
    const hint = location ? `It redirects to ${location}.` : 'Is this the address of the AI Manager API?';
    return new QueryError(`${baseUrl} returned HTTP ${answer.status}`, hint, { status: answer.status });
  }
  const errors = Array.isArray(problem.errors) ? problem.errors : [];
  return new QueryError(
    problem.title ?? `HTTP ${answer.status}`,
    description(problem, errors, answer),
    withoutUndefined({
      status: answer.status,
      code: problem.code,
      detail: problem.detail,
      errors,
      fields: Object.fromEntries(errors.map(({ field, message }) => [field, message])),
      requestId: problem.requestId,
    }),
  );
}

function description(problem: ProblemDocument, errors: FieldError[], answer: Answer): string {
  const hidden = errors.length - SHOWN_ERRORS;
  const told = errors.length === 1 && problem.detail?.includes(errors[0]?.message ?? '\n');
  const retryAfter = answer.headers.get('retry-after');
  return [
    problem.detail ?? '',
    ...(told ? [] : errors.slice(0, SHOWN_ERRORS).map((error) => `${placeOf(error)}: ${error.message}.`)),
    hidden > 0 ? `And ${hidden} more.` : '',
    retryAfter ? `Try again after ${retryAfter} s.` : '',
    problem.requestId ? `(Request ${problem.requestId})` : '',
  ]
    .filter(Boolean)
    .join(' ');
}

function withoutUndefined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
