import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import type { McpTool } from '../../contract/mcp-tool.ts';
import type { Caller, RequestContext } from '../caller.ts';
import { invalidField, Problem } from '../problem.ts';
import type { RequestPolicies } from '../request-policies.ts';
import { limitDepth } from '../request-size.ts';
import {
  type Authenticate,
  exchangeOf,
  guardOf,
  methodNotAllowed,
  operationsOf,
  requireJson,
  type Served,
} from '../router.ts';
import { sendWebResponse, toWebRequest } from './bridge.ts';
import type { ServedTool } from './call.ts';
import { requireAllowedOrigin } from './origin.ts';

const BODY_LIMIT = '1mb';

export interface McpSettings {
  version: string;
  publicUrl: string;
  /** Origins of pages, beside our own, that may send requests. */
  allowedOrigins: readonly string[];
  /** Characters that an answer may have. */
  maxAnswerChars: number;
}

/**
 * The operations of the contract as MCP tools at `/mcp`, over Streamable HTTP. Stateless: each request carries its
 * credential, and any process answers it.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports
 */
export function serveMcp(
  tools: readonly McpTool[],
  served: readonly Served[],
  authenticate: Authenticate,
  policies: RequestPolicies,
  settings: McpSettings,
): Router {
  const known = servedTools(tools, served);
  const router = Router();
  router.post(
    '/mcp',
    (request, response, next) => {
      response.locals.operation = 'mcp';
      requireAllowedOrigin(request, settings);
      next();
    },
    authorise(authenticate, policies),
    requireJson,
    express.json({ limit: BODY_LIMIT, verify: limitDepth(policies.maxDepth) }),
    answer(known, policies, settings),
  );
  router.all('/mcp', policies.limiter.anonymous, methodNotAllowed(['POST']));
  return router;
}

/** Tools by name, with the operations that they call. */
function servedTools(tools: readonly McpTool[], served: readonly Served[]): Map<string, ServedTool> {
  const operations = new Map(served.flatMap(operationsOf).map((operation) => [operation.id, operation]));
  return new Map(
    tools.map((tool) => {
      const operation = operations.get(tool.operation);
      if (!operation) throw new Error(`The tool ${tool.name} has no operation ${tool.operation}`);
      return [tool.name, { tool, served: operation }];
    }),
  );
}

/** By API key or token. A browser's cookie is no credential here. */
function authorise(authenticate: Authenticate, { limiter }: RequestPolicies): RequestHandler {
  return async (request, response, next) => {
    if (request.headers.authorization === undefined) {
      return limiter.anonymous(request, response, () => {
        throw new Problem('UNAUTHENTICATED', 'Send an API key or a token as "Authorization: Bearer <it>".');
      });
    }
    const caller = await authenticate(request, guardOf(request, limiter));
    if (!caller) throw new Problem('UNAUTHENTICATED', 'Send an API key or a token.');
    await limiter.caller(response, caller);
    response.locals.caller = caller;
    next();
  };
}

function answer(
  known: ReadonlyMap<string, ServedTool>,
  policies: RequestPolicies,
  { version, publicUrl, maxAnswerChars }: McpSettings,
): RequestHandler {
  return async (request, response) => {
    const { method, params } = (request.body ?? {}) as { method?: unknown; params?: { name?: unknown } };
    if (method === 'subscriptions/listen')
      throw new Problem('METHOD_NOT_ALLOWED', 'The tools do not change while you are connected.');
    const tools = chosen(known, request.query.resources);
    const called = method === 'tools/call' ? tools.get(String(params?.name)) : undefined;
    if (called) response.locals.operation = `mcp:${called.tool.operation}`;
    const { createMcpHandler, mcpServer } = await loadSdk();
    const handler = createMcpHandler(() =>
      mcpServer(tools, contextOf(request, response), { version, policies, maxAnswerChars }),
    );
    const webRequest = toWebRequest(request, response, `${publicUrl}/mcp`);
    await sendWebResponse(await handler.fetch(webRequest, { parsedBody: request.body }), response);
  };
}

/**
 * The tools of the resources that a client names by `?resources=policy,evaluation`; without it all of them.
 * @throws {Problem} INVALID_INPUT for a resource without tools
 */
function chosen(known: ReadonlyMap<string, ServedTool>, resources: unknown): ReadonlyMap<string, ServedTool> {
  if (resources === undefined) return known;
  const resourceOf = ({ tool: { operation } }: ServedTool) => operation.split('.')[0] as string;
  const names = new Set([resources].flat().flatMap((part) => String(part).split(',')));
  const available = new Set([...known.values()].map(resourceOf));
  for (const name of names)
    if (!available.has(name))
      throw invalidField(
        'resources',
        `must be resources such as evaluation,policy: ${[...available].join(', ')}`,
      );
  return new Map([...known].filter(([, tool]) => names.has(resourceOf(tool))));
}

/** The SDK, loaded with the first request: a start does not wait for it. */
async function loadSdk() {
  const [{ createMcpHandler }, { mcpServer }] = await Promise.all([
    import('@modelcontextprotocol/server'),
    import('./server.ts'),
  ]);
  return { createMcpHandler, mcpServer };
}

function contextOf(request: Request, response: Response): Omit<RequestContext, 'signal'> {
  return {
    operation: 'mcp',
    requestId: String(request.id),
    log: request.log,
    exchange: exchangeOf(request, response),
    emit: () => {},
    onlyBuilder: null,
    requireOwn: () => {},
    reveal: () => {},
    caller: response.locals.caller as Caller,
  };
}
