import express, {
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from 'express';
import {
  locationOf,
  type Operation,
  type Resource,
  statusOf,
  takesIdempotencyKey,
} from '../contract/operation.ts';
import { permits } from '../contract/scopes.ts';
import { checkBody, requireCheckedBody } from './body-digest.ts';
import type { Caller, Exchange, RequestContext } from './caller.ts';
import { readCookie } from './cookies.ts';
import { toProblem } from './error-handler.ts';
import { answerByEvents, wantsEvents } from './event-answer.ts';
import { readIdempotencyKey } from './idempotency/index.ts';
import { limitToOwn, onlyBuilder, requireOwn } from './own.ts';
import { invalidField, invalidInput, Problem } from './problem.ts';
import { produce } from './produce.ts';
import { jsonReply, problemReply, type Reply, sendReply } from './reply.ts';
import type { RequestPolicies } from './request-policies.ts';
import { limitDepth } from './request-size.ts';
import { withinTime } from './time-limit.ts';

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

/**
 * Verifies a request's credential; null when it carries none. A caller whose company keeps its data in another region is
 * refused, except with `anyRegion`. With `checksBody` the route holds the body against what the credential says of it; else
 * credentials that cover a body, such as signed requests, are refused. `guard` runs what may find a credential wrong,
 * and may refuse to; one that is familiar, since it was right not long ago, is verified all the same.
 */
export type Authenticate = (
  request: Request,
  guard?: GuardCredential,
  options?: { anyRegion?: boolean; checksBody?: boolean },
) => Promise<Caller | null>;
export type GuardCredential = <T>(verify: () => Promise<T>, isFamiliar?: boolean) => Promise<T>;

/** Express routes of every operation that is served, and 405 for known paths with another method. */
export function routesOf(served: Served[], authenticate: Authenticate, policies: RequestPolicies): Router {
  const router = Router();
  const methods = new Map<string, Set<string>>();
  for (const { id, op, handler } of served.flatMap(operationsOf).sort(literalFirst)) {
    const path = expressPath(op.path);
    methods.set(path, (methods.get(path) ?? new Set()).add(op.method));
    router[op.method.toLowerCase() as 'get'](path, ...middlewares(id, op, handler, authenticate, policies));
  }
  for (const [path, allowed] of methods) {
    router.all(
      path,
      policies.limiter.anonymous,
      methodNotAllowed([...allowed, ...(allowed.has('GET') ? ['HEAD'] : [])]),
    );
  }
  return router;
}

/** One operation with what carries it out. */
export interface ServedOperation {
  /** `<resource>.<operation>` */
  id: string;
  op: Operation;
  handler: AnyHandler;
}

/** The operations of a resource that is served. */
export function operationsOf({ contract, handlers }: Served): ServedOperation[] {
  return Object.entries(contract.operations).map(([key, op]) => {
    const id = `${contract.id}.${key}`;
    const handler = handlers[key];
    if (!handler) throw new Error(`Operation ${id} has no handler`);
    return { id, op, handler };
  });
}

/** Orders routes so that a word in a path, as in `/prompts/settings`, comes before a parameter in its place. */
export function literalFirst(a: { op: Operation }, b: { op: Operation }): number {
  const sortKey = ({ path }: Operation) => path.replaceAll(/\{\w+\}/g, '\u{10ffff}');
  return sortKey(a.op) < sortKey(b.op) ? -1 : 1;
}

function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

function middlewares(
  id: string,
  op: Operation,
  handler: AnyHandler,
  authenticate: Authenticate,
  policies: RequestPolicies,
): RequestHandler[] {
  const chain: RequestHandler[] = [name(id), authorise(id, op, authenticate, policies)];
  if (op.method !== 'GET' && op.method !== 'DELETE') chain.push(requireJson, parseBody(op, policies));
  chain.push(requireCheckedBody);
  return [...chain, answer({ id, op, handler }, policies)];
}

function parseBody(op: Operation, { maxDepth }: RequestPolicies): RequestHandler {
  const requireDepth = limitDepth(maxDepth);
  return express.json({
    limit: op.bodyLimit ?? '1mb',
    strict: false,
    verify: (request, response, body, encoding) => {
      checkBody(request, body);
      requireDepth(request, response, body, encoding);
    },
  });
}

/** What the log and the metrics call the request. */
function name(id: string): RequestHandler {
  return (_request, response, next) => {
    response.locals.operation = id;
    next();
  };
}

function authorise(
  id: string,
  op: Operation,
  authenticate: Authenticate,
  { limiter }: RequestPolicies,
): RequestHandler {
  return async (request: Request, response: Response, next: NextFunction) => {
    if (op.access === 'public') return limiter.anonymous(request, response, next);
    const anyRegion = op.anyRegion === true;
    const caller = await authenticate(request, guardOf(request, limiter), { anyRegion, checksBody: true });
    if (!caller) {
      return limiter.anonymous(request, response, () => {
        throw new Problem('UNAUTHENTICATED', 'Send an API key or a token as "Authorization: Bearer <it>".');
      });
    }
    await limiter.caller(response, caller);
    requireAccess(id, op, caller);
    response.locals.caller = caller;
    next();
  };
}

/** Counts wrong credentials of a request against its address. */
export function guardOf(
  request: Request,
  limiter: Pick<RequestPolicies['limiter'], 'credential'>,
): GuardCredential {
  return (verify, isFamiliar) => limiter.credential(request, verify, isFamiliar);
}

/**
 * Lets a caller through to an operation by role and scope.
 * @throws {Problem} FORBIDDEN, INSUFFICIENT_SCOPE
 */
export function requireAccess(id: string, op: Operation, caller: Caller): void {
  if (caller.credential.kind === 'licence') {
    if (op.licence) return;
    throw new Problem('FORBIDDEN', 'A licence key can only acquire, keep and release seats of its licence.');
  }
  if (op.access !== 'public' && !caller.roles.some((role) => op.access.includes(role)))
    throw new Problem('FORBIDDEN', `This needs one of the roles ${op.access.join(', ')}.`);
  if (!op.delegates && !permits(caller.scopes, id.slice(0, id.indexOf('.')), op.method))
    throw new Problem('INSUFFICIENT_SCOPE', `The scopes of this key do not include ${id}.`, {
      tokenError: 'insufficient_scope',
    });
}

/** @throws {Problem} UNSUPPORTED_MEDIA_TYPE for a body that is not JSON */
export function requireJson(request: Request, _response: Response, next: NextFunction): void {
  const length = Number(request.headers['content-length'] ?? 0);
  const hasBody = length > 0 || request.headers['transfer-encoding'] !== undefined;
  if (hasBody && !request.is('json')) {
    throw new Problem('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json.');
  }
  next();
}

function answer(served: ServedOperation, policies: RequestPolicies): RequestHandler {
  const { id, op } = served;
  return async (request: Request, response: Response) => {
    const key = takesIdempotencyKey(op) ? readIdempotencyKey(request.headers['idempotency-key']) : null;
    const caller = response.locals.caller as Caller | undefined;
    const own = caller ? onlyBuilder(op, caller) : null;
    const input = gather(op, request);
    limitToOwn(op, own, input);
    const parsed = op.input.safeParse(input, { reportInput: true });
    if (!parsed.success) throw invalidInput(parsed.error);
    if (wantsEvents(op, request)) {
      return answerByEvents(request, response, (emit) =>
        withinTime(policies.timeoutMs, async (signal) => {
          const context = { ...contextOf(id, request, response, caller, own, signal), emit };
          return produce(served, caller, parsed.data, context, policies);
        }),
      );
    }
    const reply = await withinTime(policies.timeoutMs, (signal) => {
      const carryOut = async () => {
        const context = contextOf(id, request, response, caller, own, signal);
        const output = await produce(served, caller, parsed.data, context, policies);
        return jsonReply(statusOf(op, output), output);
      };
      if (key === null || !caller) return carryOut();
      const keyed = { caller, operation: id, key, input, log: request.log };
      const place = { path: request.path, id: String(request.id) };
      return policies.idempotency.answer(keyed, () => orProblem(carryOut(), place));
    });
    sendReply(response, reply);
  };
}

/** What was refused is an answer too, which a repetition gets again; our own failures stay errors. */
export async function orProblem(reply: Promise<Reply>, place: { path: string; id: string }): Promise<Reply> {
  try {
    return await reply;
  } catch (error) {
    const problem = toProblem(error);
    if (problem.status >= 500) throw error;
    return problemReply(problem, place);
  }
}

function contextOf(
  operation: string,
  request: Request,
  response: Response,
  caller: Caller | undefined,
  own: string | null,
  signal: AbortSignal,
): RequestContext {
  return {
    operation,
    requestId: String(request.id),
    log: request.log,
    signal,
    exchange: exchangeOf(request, response),
    emit: () => {},
    onlyBuilder: own,
    requireOwn: (builderId) => requireOwn(own, builderId),
    reveal: () => {},
    get caller() {
      if (!caller) throw new Error(`${operation} is public and has no caller`);
      return caller;
    },
  };
}

/** HTTP as signing in sees it. */
export function exchangeOf(request: Request, response: Response): Exchange {
  return {
    address: request.ip,
    header: (name) => request.get(name),
    cookie: (name) => readCookie(request.headers.cookie, name),
    setCookie: (header) => response.append('Set-Cookie', header),
  };
}

/** Collects an operation's flat input; unknown body fields are refused, as is a body that is not an object. */
function gather(op: Operation, request: Request): Record<string, unknown> {
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

/** 405 with the methods that a path has. */
export function methodNotAllowed(allowed: string[]): RequestHandler {
  return (request, response) => {
    response.setHeader('Allow', allowed.join(', '));
    throw new Problem(
      'METHOD_NOT_ALLOWED',
      `${request.method} is not allowed here, only ${allowed.join(', ')}.`,
    );
  };
}
