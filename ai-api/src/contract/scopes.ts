import { z } from 'zod';
import type { Method } from './operation.ts';

/** Lets a key name the person it acts for. Never part of `*`. */
export const ACT_AS = 'act-as';

/**
 * Lets a key decide about people in the name of the person it acts for, as dashboards do, where people press the button.
 * Without it a key is a machine whomever it names. Never part of `*`.
 */
export const DECIDE = 'decide';

/** Lets a key change something through MCP. Never part of `*`: what a model calls is read-only by default. */
export const MCP_WRITE = 'mcp:write';

/**
 * What a key is limited to, beside its roles: `*` for everything, `read` for what changes nothing, a resource such
 * as `evaluation`, `evaluation:read` for what changes nothing there, `act-as`, `decide` and `mcp:write`.
 */
export const scope = z
  .string()
  .max(100)
  .regex(
    /^(\*|read|act-as|decide|mcp:write|[a-z][A-Za-z-]*(:read)?)$/,
    'must be *, read, act-as, decide, mcp:write, a resource such as evaluation, or evaluation:read',
  );

/** Whether scopes let an operation of a resource through. */
export function permits(scopes: readonly string[], resourceId: string, method: Method): boolean {
  const granted = method === 'GET' ? ['*', 'read', resourceId, `${resourceId}:read`] : ['*', resourceId];
  return granted.some((name) => scopes.includes(name));
}
