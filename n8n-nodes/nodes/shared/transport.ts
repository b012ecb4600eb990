import {
  type IDataObject,
  type IExecuteFunctions,
  type IHookFunctions,
  type IHttpRequestMethods,
  type IHttpRequestOptions,
  type ILoadOptionsFunctions,
  type IWebhookFunctions,
  NodeApiError,
  NodeOperationError,
} from 'n8n-workflow';
import { problemError } from './problem.ts';

export const CREDENTIAL = 'aiManagerApi';
const DEFAULT_TIMEOUT_MS = 30_000;

type Context = IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions | IWebhookFunctions;

/** One call of the API. `path` is filled in and encoded; arrays in `query` repeat their name. */
export interface ApiRequest {
  method: IHttpRequestMethods;
  path: string;
  query?: IDataObject;
  body?: IDataObject;
  headers?: IDataObject;
  timeoutMs?: number;
  /** Statuses that are answers too, such as 404 where a thing may be gone. */
  accept?: number[];
}

export interface ApiAnswer {
  status: number;
  /** Parsed JSON; nothing that can be used for 204. */
  body: unknown;
}

/** Calls the API with the node's credential, which is read once. */
export interface ApiSession {
  /**
   * @throws NodeApiError for a problem document, an unreachable API or an answer that is not JSON
   * @throws NodeOperationError when the credential's base URL is not one
   */
  send(request: ApiRequest, itemIndex?: number): Promise<ApiAnswer>;
  /** An answer that came as part of another one. @throws NodeApiError for a problem */
  check(answer: ApiAnswer, itemIndex?: number): Promise<ApiAnswer>;
}

interface FullResponse {
  statusCode: number;
  headers: Record<string, string | undefined>;
  body: unknown;
}

export function openSession(context: Context): ApiSession {
  let baseUrl: Promise<string> | undefined;
  return {
    async send(request, itemIndex) {
      baseUrl ??= readBaseUrl(context);
      return await send(context, await baseUrl, request, itemIndex);
    },
    async check(answer, itemIndex) {
      baseUrl ??= readBaseUrl(context);
      const { status: statusCode, body } = answer;
      if (statusCode >= 200 && statusCode <= 299) return answer;
      throw problemError(context.getNode(), await baseUrl, { statusCode, headers: {}, body }, itemIndex);
    },
  };
}

async function readBaseUrl(context: Context): Promise<string> {
  const { baseUrl } = await context.getCredentials<{ baseUrl: string }>(CREDENTIAL);
  const trimmed = String(baseUrl ?? '')
    .trim()
    .replace(/\/+$/, '');
  if (/^https?:\/\/[^/\s]+/.test(trimmed)) return trimmed;
  throw new NodeOperationError(
    context.getNode(),
    'The Base URL of the AI Manager credential is not a valid URL',
    {
      description: 'Use a URL that starts with http:// or https://, such as http://127.0.0.1:8000.',
    },
  );
}

async function send(
  context: Context,
  baseUrl: string,
  request: ApiRequest,
  itemIndex: number | undefined,
): Promise<ApiAnswer> {
  const response = await exchange(context, baseUrl, request, itemIndex);
  const { statusCode: status, body } = response;
  if (request.accept?.includes(status)) return { status, body };
  if (status < 200 || status > 299) throw problemError(context.getNode(), baseUrl, response, itemIndex);
  if (status !== 204 && (typeof body !== 'object' || body === null)) {
    throw apiError(context, itemIndex, {
      message: `${baseUrl} did not return JSON`,
      description: 'Check that the Base URL of the credential is the address of the AI Manager API.',
    });
  }
  return { status, body };
}

async function exchange(
  context: Context,
  baseUrl: string,
  request: ApiRequest,
  itemIndex: number | undefined,
): Promise<FullResponse> {
  const timeout = request.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const options: IHttpRequestOptions = {
    method: request.method,
    url: `${baseUrl}${request.path}`,
    qs: request.query ?? {},
    arrayFormat: 'repeat',
    headers: { Accept: 'application/json, application/problem+json', ...request.headers },
    ...(request.body === undefined ? {} : { body: request.body }),
    json: true,
    timeout,
    returnFullResponse: true,
    ignoreHttpStatusErrors: true,
    // A redirected POST would arrive as a GET, and the key must not follow to another host.
    disableFollowRedirect: true,
  };
  try {
    return await context.helpers.httpRequestWithAuthentication.call(context, CREDENTIAL, options);
  } catch (error) {
    throw unreachable(context, baseUrl, timeout, error, itemIndex);
  }
}

/**
 * The content of a file by its signed URL, which needs no credential.
 *
 * @throws NodeApiError when it cannot be had
 */
export async function downloadFile(
  context: IExecuteFunctions,
  url: string,
  timeoutMs: number | undefined,
  itemIndex: number,
): Promise<Buffer> {
  try {
    const content: unknown = await context.helpers.httpRequest({
      method: 'GET',
      url,
      encoding: 'arraybuffer',
      timeout: timeoutMs ?? DEFAULT_TIMEOUT_MS,
    });
    return Buffer.from(content as Uint8Array);
  } catch (error) {
    throw apiError(context, itemIndex, {
      message: `The file could not be downloaded: ${(error as Error).message}`,
      description: `The file is at ${url.replace(/\?.*$/s, '')}. Check that n8n can reach this address.`,
    });
  }
}

function unreachable(
  context: Context,
  baseUrl: string,
  timeoutMs: number,
  error: unknown,
  itemIndex: number | undefined,
): NodeApiError {
  const { message, description, messages = [] } = error as Partial<NodeApiError>;
  const timedOut = messages.some((original) => /^timeout of \d+ms exceeded/.test(original));
  return apiError(context, itemIndex, {
    message: timedOut
      ? `The AI Manager API at ${baseUrl} did not respond within ${timeoutMs} ms`
      : `The AI Manager API at ${baseUrl} did not respond: ${message}`,
    description: timedOut ? 'Increase the Timeout option of the node to wait longer.' : (description ?? ''),
  });
}

function apiError(
  context: Context,
  itemIndex: number | undefined,
  { message, description }: { message: string; description: string },
): NodeApiError {
  const options = { message, description, ...(itemIndex === undefined ? {} : { itemIndex }) };
  const error = new NodeApiError(context.getNode(), { message }, options);
  // The constructor replaces messages that hold a known error code by general texts.
  error.message = message;
  return error;
}
