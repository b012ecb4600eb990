import type { Answer } from './http.ts';
import { QueryError } from './query-error.ts';

/**
 * The parsed body of a success.
 * @throws {QueryError} with what the service said and, by status, what to do
 */
export function bodyOf(service: string, answer: Answer, hints: Record<number, string> = {}): unknown {
  const { status, body } = answer;
  if (status >= 200 && status <= 299) {
    if (body === undefined) return { success: true };
    if (typeof body === 'object' && body !== null) return body;
    throw new QueryError(`${service} did not return JSON`, 'Check its URL.', { status });
  }
  const { message, error, hint } = (typeof body === 'object' && body ? body : {}) as Record<string, unknown>;
  const said = [message, typeof error === 'string' ? error : undefined, hint]
    .filter((part): part is string => typeof part === 'string' && part !== '')
    .join(' ');
  const location = answer.headers.get('location');
  throw new QueryError(
    `${service} returned HTTP ${status}`,
    [said, location ? `It redirects to ${location}.` : '', hints[status] ?? ''].filter(Boolean).join(' ') ||
      'The response has no details.',
    { status, ...(typeof body === 'object' && body ? { answer: body } : {}) },
  );
}
