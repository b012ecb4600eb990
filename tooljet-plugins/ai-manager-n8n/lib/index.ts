import { buildRequest } from '../../common/build-request.ts';
import { withFailures } from '../../common/failures.ts';
import { exchange, readBaseUrl, type Service } from '../../common/http.ts';
import { QueryError } from '../../common/query-error.ts';
import { bodyOf } from '../../common/service-answer.ts';
import type { ServiceOperation } from '../../common/service-operation.ts';
import type { ConnectionResult, Options, QueryResult, QueryService } from '../../common/types.ts';
import { operations } from './operations.ts';

const NAME = 'n8n';
const HINTS = {
  401: 'Check the API key.',
  403: 'The API key lacks the scope for this.',
  404: 'Not found, or the workflow is not active.',
};

/** n8n as a ToolJet data source. */
export default class N8n implements QueryService {
  async run(source: Options, query: Options): Promise<QueryResult> {
    return await withFailures(query, () => runOperation(source, query));
  }

  /** Tells problems of address, key and scopes apart. @throws {QueryError} */
  async testConnection(source: Options): Promise<ConnectionResult> {
    const service = serviceOf(source, true);
    const get = (path: string) => exchange(service, { method: 'GET', path, query: {} }, true);
    const health = await get('/healthz');
    if (health.status !== 200) {
      throw new QueryError(`${service.baseUrl} is not an n8n server`, `HTTP ${health.status}.`, 'url');
    }
    const workflows = await get('/api/v1/workflows?limit=1');
    if (workflows.status === 401) throw new QueryError('n8n does not accept the key', HINTS[401], 'key');
    if (workflows.status === 403) throw new QueryError('The key cannot list workflows', HINTS[403], 'role');
    if (workflows.status === 404) {
      throw new QueryError(
        'The public API of n8n is not available',
        'n8n is older than 1.0, or its API is disabled.',
        'version',
      );
    }
    bodyOf(NAME, workflows, HINTS);
    return { status: 'ok' };
  }
}

async function runOperation(source: Options, query: Options): Promise<QueryResult> {
  const operation = operationOf(query.operation);
  const isWebhook = query.operation === 'workflow.run';
  const service = serviceOf(source, !isWebhook);
  const request = buildRequest(operation, query);
  // The webhook receives what the app sends, not an object around it.
  const body = isWebhook ? ((request.body?.body ?? {}) as Record<string, unknown>) : request.body;
  const answer = await exchange(
    service,
    { ...request, ...(body === undefined ? {} : { body }) },
    request.method === 'GET',
  );
  return { status: 'ok', data: bodyOf(NAME, answer, HINTS) };
}

function operationOf(given: unknown): ServiceOperation {
  const name = String(given ?? '');
  const found = Object.hasOwn(operations, name) ? operations[name as keyof typeof operations] : undefined;
  if (found) return found;
  throw new QueryError(`The plugin does not support the operation ${name}`, 'Select the operation again.', {
    code: 'NO_OPERATION',
  });
}

function serviceOf(source: Options, withKey: boolean): Service {
  const key = String(source.api_key ?? '').trim();
  if (withKey && key === '')
    throw new QueryError(
      'n8n is not connected',
      'Enter its URL and API key in the data source ai-manager-n8n.',
      'key',
    );
  return {
    name: NAME,
    baseUrl: readBaseUrl(source.base_url, NAME),
    headers: withKey ? { 'x-n8n-api-key': key } : {},
  };
}
