import { type IDataObject, type INode, NodeApiError, type NodeError, NodeOperationError } from 'n8n-workflow';
import { asProblem, type ProblemDocument, placeOf } from './problem-document.generated.ts';

const SHOWN_ERRORS = 20;

/**
 * The error for an answer that is not a success. The message is the problem document's title and
 * detail; the description has its code, its field errors and the request id. The whole document is in
 * `error.context.problem`.
 */
export function problemError(
  node: INode,
  baseUrl: string,
  response: { statusCode: number; headers: Record<string, string | undefined>; body: unknown },
  itemIndex?: number,
): NodeApiError {
  const { statusCode, headers, body } = response;
  const problem = asProblem(body);
  const message = problem ? problemMessage(problem) : `${baseUrl} returned HTTP ${statusCode}`;
  const description = problem ? problemDescription(problem, headers) : plainDescription(headers);
  const error = new NodeApiError(
    node,
    { message, statusCode },
    { message, description, httpCode: String(statusCode), ...(itemIndex === undefined ? {} : { itemIndex }) },
  );
  // The constructor replaces a message that looks like a known error by a general text.
  error.message = message;
  if (problem) error.context.problem = problem;
  return error;
}

/** What an item that failed carries on to the next node: `{error, details}`. */
export function errorDetails(error: unknown): IDataObject {
  if (!(error instanceof NodeApiError))
    return { error: error instanceof Error ? error.message : String(error) };
  const problem = (error.context.problem ?? {}) as ProblemDocument;
  const known = {
    status: error.httpCode === null ? undefined : Number(error.httpCode),
    code: problem.code,
    detail: problem.detail,
    errors: problem.errors as IDataObject[] | undefined,
    requestId: problem.requestId,
  };
  const details = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
  return { error: error.message, ...(Object.keys(details).length > 0 ? { details } : {}) };
}

function problemMessage({ title, detail }: ProblemDocument): string {
  return [title, detail].filter(Boolean).join(': ');
}

function problemDescription(problem: ProblemDocument, headers: Record<string, string | undefined>): string {
  const errors = Array.isArray(problem.errors) ? problem.errors : [];
  const hidden = errors.length - SHOWN_ERRORS;
  return [
    problem.code ? `Code ${problem.code}.` : '',
    ...errors.slice(0, SHOWN_ERRORS).map((error) => `• ${placeOf(error)}: ${error.message}`),
    hidden > 0 ? `… and ${hidden} more.` : '',
    retryAfter(headers),
    problem.requestId ? `Request id ${problem.requestId}.` : '',
  ]
    .filter(Boolean)
    .join('\n');
}

function plainDescription(headers: Record<string, string | undefined>): string {
  if (headers.location) return `It redirects to ${headers.location}. Check the Base URL of the credential.`;
  return retryAfter(headers) || 'The response has no details. Check the Base URL of the credential.';
}

function retryAfter(headers: Record<string, string | undefined>): string {
  return headers['retry-after'] ? `Try again after ${headers['retry-after']} s.` : '';
}

/** An error as n8n shows it: of an API as it is, any other with the item it happened at. */
export function nodeError(node: INode, error: unknown, itemIndex: number): NodeError {
  if (error instanceof NodeApiError) return error;
  return new NodeOperationError(node, error as Error, { itemIndex });
}
