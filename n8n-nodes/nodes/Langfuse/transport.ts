import {
  type IDataObject,
  type IExecuteFunctions,
  type IHttpRequestMethods,
  NodeApiError,
  NodeOperationError,
} from 'n8n-workflow';

const TIMEOUT_MS = 30_000;

interface LangfuseRequest {
  method: IHttpRequestMethods;
  /** Below `/api/public`. */
  path: string;
  query?: IDataObject;
  body?: IDataObject;
}

/**
 * One call of Langfuse's public API with the node's credential.
 *
 * @throws NodeApiError with Langfuse's own message, or saying that it did not answer
 */
export async function call(
  context: IExecuteFunctions,
  request: LangfuseRequest,
  itemIndex: number,
): Promise<IDataObject> {
  const baseUrl = await readBaseUrl(context);
  const fail = (message: string, description: string, status?: number) => {
    const httpCode = status === undefined ? {} : { httpCode: String(status) };
    const error = new NodeApiError(
      context.getNode(),
      { message },
      { message, description, itemIndex, ...httpCode },
    );
    // The constructor replaces messages that hold a known error code by general texts.
    error.message = message;
    return error;
  };
  let response: { statusCode: number; body: unknown };
  try {
    response = await context.helpers.httpRequestWithAuthentication.call(context, 'langfuseApi', {
      method: request.method,
      url: `${baseUrl}/api/public${request.path}`,
      qs: request.query ?? {},
      arrayFormat: 'repeat',
      ...(request.body === undefined ? {} : { body: request.body }),
      json: true,
      timeout: TIMEOUT_MS,
      returnFullResponse: true,
      ignoreHttpStatusErrors: true,
      disableFollowRedirect: true,
    });
  } catch (error) {
    throw fail(`Langfuse at ${baseUrl} did not respond: ${(error as Error).message}`, '');
  }
  const { statusCode, body } = response;
  const answer = typeof body === 'object' && body !== null ? (body as IDataObject) : undefined;
  if (statusCode >= 200 && statusCode <= 299 && answer) return answer;
  const said = answer?.message ?? answer?.error;
  throw fail(
    typeof said === 'string' ? `Langfuse: ${said}` : `${baseUrl} returned HTTP ${statusCode}`,
    statusCode === 401 || statusCode === 403
      ? 'Check the keys of the credential.'
      : faultsOf(answer) || 'Check the values of the node and the Base URL of the credential.',
    statusCode,
  );
}

/** The fields that Langfuse refuses, each with its reason; empty when it names none. */
function faultsOf(answer: IDataObject | undefined): string {
  if (!Array.isArray(answer?.error)) return '';
  const faults = answer.error as { path?: unknown[]; message?: unknown }[];
  return faults
    .map(({ path = [], message }) => `${path.join('.') || 'input'}: ${String(message)}`)
    .join('; ');
}

async function readBaseUrl(context: IExecuteFunctions): Promise<string> {
  const { baseUrl } = await context.getCredentials<{ baseUrl: string }>('langfuseApi');
  const trimmed = String(baseUrl ?? '')
    .trim()
    .replace(/\/+$/, '');
  if (/^https?:\/\/[^/\s]+/.test(trimmed)) return trimmed;
  throw new NodeOperationError(
    context.getNode(),
    'The Base URL of the Langfuse credential is not a valid URL',
  );
}
