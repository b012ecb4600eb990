import { randomUUID } from 'node:crypto';
import { buildRequest, type ServiceRequest } from '../../common/build-request.ts';
import { withFailures } from '../../common/failures.ts';
import { exchange, readBaseUrl, type Service } from '../../common/http.ts';
import { QueryError } from '../../common/query-error.ts';
import type { Route } from '../../common/route.ts';
import type { ConnectionResult, Options, QueryResult, QueryService, RunContext } from '../../common/types.ts';
import { readPages } from './pages.ts';
import { problemError } from './problem.ts';
import { routes } from './routes.generated.ts';
import { testConnection } from './test-connection.ts';

const NAME = 'AI Manager';

/** The AI Manager API as a ToolJet data source. */
export default class AiManager implements QueryService {
  /** Runs one operation for the person whom ToolJet's server signed in, when the data source says so. */
  async run(
    source: Options,
    query: Options,
    _dataSourceId?: string,
    _dataSourceUpdatedAt?: string,
    context?: RunContext,
  ): Promise<QueryResult> {
    return await withFailures(query, () => runOperation(source, query, context));
  }

  async testConnection(source: Options): Promise<ConnectionResult> {
    const role = String(source.role ?? '').trim();
    await testConnection(serviceOf(source, undefined), role === 'any' ? '' : role);
    return { status: 'ok' };
  }
}

async function runOperation(
  source: Options,
  query: Options,
  context: RunContext | undefined,
): Promise<QueryResult> {
  const route = routeOf(query.operation);
  const service = serviceOf(source, actingFor(source, context));
  const request = buildRequest(route, query);
  const key = route.idempotent ? { 'idempotency-key': `tooljet-${randomUUID()}` } : {};
  const send = async (one: ServiceRequest) => {
    const keyed = { ...service, headers: { ...service.headers, ...key } };
    const answer = await exchange(keyed, one, route.method !== 'POST' || route.idempotent === true);
    if (answer.status < 200 || answer.status > 299) throw problemError(service.baseUrl, answer);
    return answer.body;
  };
  if (route.list) return { status: 'ok', data: await readPages(request, pageOf(query), send) };
  return { status: 'ok', data: (await send(request)) ?? { success: true } };
}

function routeOf(operation: unknown): Route {
  const name = String(operation ?? '');
  const route = Object.hasOwn(routes, name) ? (routes as Record<string, Route>)[name] : undefined;
  if (route) return route;
  throw new QueryError(
    name === ''
      ? 'No operation selected'
      : `This version of the plugin does not support the operation ${name}`,
    'Select the operation again, or install the plugin version that the app was built with.',
    { code: 'NO_OPERATION' },
  );
}

function pageOf(query: Options) {
  return { limit: query.limit, cursor: query.cursor };
}

/** The header value for the person; ToolJet's own id, which the API maps to one of its users. */
function actingFor(source: Options, context: RunContext | undefined): string | undefined {
  if (!isOn(source.act_as)) return undefined;
  const id = String(context?.user?.id ?? '');
  if (id === '') {
    throw new QueryError(
      'No user is signed in',
      'This data source acts for the signed-in user, so it cannot be used in a public app.',
      { code: 'NO_PERSON' },
    );
  }
  return `tooljet:${id}`;
}

function isOn(value: unknown): boolean {
  return value === true || value === 'true';
}

function serviceOf(source: Options, person: string | undefined): Service {
  const key = String(source.api_key ?? '').trim();
  if (key === '') throw new QueryError('The API key is missing', 'Set it in the data source.', 'key');
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new QueryError('The API key contains invalid characters', 'Copy the key again.', 'key');
  }
  return {
    name: NAME,
    baseUrl: readBaseUrl(source.base_url, NAME),
    headers: {
      authorization: `Bearer ${key}`,
      ...(person === undefined ? {} : { 'ai-manager-acting-for': person }),
    },
  };
}
