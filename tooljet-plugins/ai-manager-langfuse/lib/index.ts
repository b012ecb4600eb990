import { buildRequest, type ServiceRequest } from '../../common/build-request.ts';
import { withFailures } from '../../common/failures.ts';
import { exchange, readBaseUrl, type Service } from '../../common/http.ts';
import { QueryError } from '../../common/query-error.ts';
import { bodyOf } from '../../common/service-answer.ts';
import type { ServiceOperation } from '../../common/service-operation.ts';
import type { ConnectionResult, Options, QueryResult, QueryService } from '../../common/types.ts';
import { operations } from './operations.ts';
import { checkedScore, type ScoreConfig } from './score.ts';

const NAME = 'Langfuse';
const HINTS = {
  401: 'Check the public and the secret key.',
  403: 'The keys do not have permission.',
  404: 'It does not exist in this project.',
};
const MIN_MAJOR = 4;

/** Langfuse as a ToolJet data source. */
export default class Langfuse implements QueryService {
  async run(source: Options, query: Options): Promise<QueryResult> {
    return await withFailures(query, () => runOperation(source, query));
  }

  /** Tells problems of address, version and keys apart. @throws {QueryError} */
  async testConnection(source: Options): Promise<ConnectionResult> {
    const service = serviceOf(source);
    const get = (path: string) => exchange(service, { method: 'GET', path, query: {} }, true);
    const health = await get('/api/public/health');
    const { version } = (health.body ?? {}) as { version?: unknown };
    if (health.status !== 200 || typeof version !== 'string') {
      throw new QueryError(`${service.baseUrl} is not a Langfuse server`, `HTTP ${health.status}.`, 'url');
    }
    if (Number.parseInt(version, 10) < MIN_MAJOR) {
      throw new QueryError(
        `Langfuse is version ${version}`,
        `The plugin needs ${MIN_MAJOR} or newer.`,
        'version',
      );
    }
    const projects = await get('/api/public/projects');
    if (projects.status === 401) throw new QueryError('Langfuse does not accept the keys', HINTS[401], 'key');
    if (projects.status === 403)
      throw new QueryError('The keys do not belong to a project', HINTS[403], 'role');
    bodyOf(NAME, projects, HINTS);
    return { status: 'ok' };
  }
}

async function runOperation(source: Options, query: Options): Promise<QueryResult> {
  const operation = operationOf(query.operation);
  const service = serviceOf(source);
  const request = buildRequest(operation, withPlainText(query));
  if (query.operation === 'trace.link') return { status: 'ok', data: linkTo(source, service, request) };
  const send = async (one: ServiceRequest) =>
    bodyOf(NAME, await exchange(service, one, one.method === 'GET'), HINTS);
  if (query.operation === 'score.create') {
    const config = request.body?.configId;
    const path = `/api/public/score-configs/${encodeURIComponent(String(config))}`;
    const known = config ? ((await send({ method: 'GET', path, query: {} })) as ScoreConfig) : undefined;
    return {
      status: 'ok',
      data: await send({ ...request, body: checkedScore(request.body ?? {}, known) }),
    };
  }
  return { status: 'ok', data: await send(request) };
}

/** A text prompt that looks like JSON is text: only the messages of a chat are read as JSON. */
function withPlainText(query: Options): Options {
  const { operation, type, prompt } = query;
  const isText = operation === 'prompt.create' && type !== 'chat' && typeof prompt === 'string';
  return isText && prompt.trim() !== '' ? { ...query, prompt: JSON.stringify(prompt) } : query;
}

function operationOf(given: unknown): ServiceOperation {
  const name = String(given ?? '');
  const found = Object.hasOwn(operations, name) ? operations[name as keyof typeof operations] : undefined;
  if (found) return found;
  throw new QueryError(`The plugin does not support the operation ${name}`, 'Select the operation again.', {
    code: 'NO_OPERATION',
  });
}

function serviceOf(source: Options): Service {
  const publicKey = String(source.public_key ?? '').trim();
  const secretKey = String(source.secret_key ?? '').trim();
  if (publicKey === '' || secretKey === '') {
    throw new QueryError(
      'Langfuse is not connected',
      'Enter its URL and keys in the data source ai-manager-langfuse.',
      'key',
    );
  }
  const credentials = Buffer.from(`${publicKey}:${secretKey}`).toString('base64');
  return {
    name: NAME,
    baseUrl: readBaseUrl(source.base_url, NAME),
    headers: { authorization: `Basic ${credentials}` },
  };
}

/** Where people open a trace; needs the project, since Langfuse has no address without it. */
function linkTo(source: Options, service: Service, request: ServiceRequest): { url: string } {
  const project = String(source.project_id ?? '').trim();
  if (project === '') {
    throw new QueryError('The project is missing', 'Set the project id in the data source.', 'url');
  }
  const root = source.public_url ? readBaseUrl(source.public_url, NAME) : service.baseUrl;
  const url = new URL(`${root}/project/${encodeURIComponent(project)}/traces`);
  const { traceId, observationId } = request.query;
  url.pathname += `/${encodeURIComponent(String(traceId))}`;
  if (observationId) url.searchParams.set('observation', String(observationId));
  return { url: url.href };
}
