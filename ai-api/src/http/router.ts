import express, {
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from 'express';
import { locationOf, type Operation, type Resource } from '../contract/operation.ts';
import type { Caller, RequestContext } from './caller.ts';
import { invalidField, invalidInput, Problem } from './problem.ts';

type AnyHandler = (input: never, request: RequestContext) => Promise<unknown>;

/** What a module serves: one function for each operation of a resource. */
export interface Served {
  contract: Resource;
  handlers: Record<string, AnyHandler>;
}

/**
 * Binds handlers to a resource's operations. Inputs arrive parsed and authorised; what a handler returns
 * must match the operation's output.
 */
export function serve<R extends Resource>(contract: R, handlers: HandlersOf<R>): Served {
  return { contract, handlers: handlers as Record<string, AnyHandler> };
}

export type HandlersOf<R extends Resource> = {
  [K in keyof R['operations']]: R['operations'][K] extends Operation<infer I, infer O>
    ? (input: import('zod').output<I>, request: RequestContext) => Promise<import('zod').input<O>>
    : never;
};

/** Verifies a request's credential; null when it carries none. */
export type Authenticate = (request: Request) => Promise<Caller | null>;

/** Express routes of every operation that is served, and 405 for known paths with another method. */
export function routesOf(served: Served[], authenticate: Authenticate): Router {
  const router = Router();
  const methods = new Map<string, Set<string>>();
  for (const { contract, handlers } of served) {
    for (const [key, op] of Object.entries(contract.operations)) {
      const handler = handlers[key];
      if (!handler) throw new Error(`Operation ${contract.id}.${key} has no handler`);
      const path = expressPath(op.path);
      methods.set(path, (methods.get(path) ?? new Set()).add(op.method));
      router[op.method.toLowerCase() as 'get'](
        path,
        ...middlewares(`${contract.id}.${key}`, op, handler, authenticate),
      );
    }
  }
  for (const [path, allowed] of methods) {
    router.all(path, methodNotAllowed([...allowed, ...(allowed.has('GET') ? ['HEAD'] : [])]));
  }
  return router;
}

function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

function middlewares(
  id: string,
  op: Operation,
  handler: AnyHandler,
  authenticate: Authenticate,
): RequestHandler[] {
  const chain: RequestHandler[] = [authorise(op, authenticate)];
  if (op.method !== 'GET' && op.method !== 'DELETE')
    chain.push(requireJson, express.json({ limit: op.bodyLimit ?? '1mb', strict: false }));
  return [...chain, answer(id, op, handler)];
}

function authorise(op: Operation, authenticate: Authenticate): RequestHandler {
  return async (request: Request, response: Response, next: NextFunction) => {
    if (op.access === 'public') return next();
    const caller = await authenticate(request);
    if (!caller) throw new Problem('UNAUTHENTICATED', 'Send an API key as "Authorization: Bearer <key>".');
    if (!caller.roles.some((role) => op.access.includes(role))) {
      throw new Problem('FORBIDDEN', `This needs one of the roles ${op.access.join(', ')}.`);
    }
    response.locals.caller = caller;
    next();
  };
}

function requireJson(request: Request, _response: Response, next: NextFunction): void {
  const length = Number(request.headers['content-length'] ?? 0);
  const hasBody = length > 0 || request.headers['transfer-encoding'] !== undefined;
  if (hasBody && !request.is('json')) {
    throw new Problem('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json.');
  }
  next();
}

function answer(id: string, op: Operation, handler: AnyHandler): RequestHandler {
  return async (request: Request, response: Response) => {
    const parsed = op.input.safeParse(gather(op, request));
    if (!parsed.success) throw invalidInput(parsed.error);
    const caller = response.locals.caller as Caller | undefined;
    const output = await handler(parsed.data as never, {
      operation: id,
      requestId: String(request.id),
      log: request.log,
      get caller() {
        if (!caller) throw new Error(`${id} is public and has no caller`);
        return caller;
      },
    });
    const status = op.status ?? 200;
    if (status === 204) response.status(204).end();
    else response.status(status).json(output);
  };
}

/** Collects an operation's flat input; unknown body fields are refused, as is a body that is not an object. */
function gather(op: Operation, request: Request): unknown {
  const body: unknown = request.body === undefined ? {} : request.body;
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  if (!isObject) throw invalidField('(body)', 'must be a JSON object');
  const sources = { path: request.params, query: request.query, body: body as Record<string, unknown> };
  refuseUnknown(op, { ...request.query, ...sources.body });
  const input: Record<string, unknown> = {};
  for (const field of Object.keys(op.input.shape)) {
    const value = (sources[locationOf(op, field)] as Record<string, unknown>)[field];
    if (value !== undefined) input[field] = value;
  }
  return input;
}

function refuseUnknown(op: Operation, given: Record<string, unknown>): void {
  const unknown = Object.keys(given).filter(
    (name) => !Object.hasOwn(op.input.shape, name) || locationOf(op, name) === 'path',
  );
  if (unknown.length === 0) return;
  const errors = unknown
    .slice(0, 20)
    .map((name) => ({ field: name.slice(0, 100), message: 'is not an input of this operation' }));
  throw new Problem('INVALID_INPUT', `${errors[0]?.field}: is not an input of this operation`, { errors });
}

function methodNotAllowed(allowed: string[]): RequestHandler {
  return (request, response) => {
    response.setHeader('Allow', allowed.join(', '));
    throw new Problem(
      'METHOD_NOT_ALLOWED',
      `${request.method} is not possible here, only ${allowed.join(', ')}.`,
    );
  };
}
