import { z } from 'zod';
import type { Method } from './operation.ts';

/** Lets a key name the person it acts for. Never part of `*`. */
export const ACT_AS = 'act-as';

/**
 * What a key is limited to, beside its roles: `*` for everything, `read` for what changes nothing, a resource such
 * as `evaluation`, `evaluation:read` for what changes nothing there, and `act-as`.
 */
export const scope = z
  .string()
  .max(100)
  .regex(
    /^(\*|read|act-as|[a-z][A-Za-z-]*(:read)?)$/,
    'must be *, read, act-as, a resource such as evaluation, or evaluation:read',
  );

/** Whether scopes let an operation of a resource through. */
export function permits(scopes: readonly string[], resourceId: string, method: Method): boolean {
  const granted = method === 'GET' ? ['*', 'read', resourceId, `${resourceId}:read`] : ['*', resourceId];
  return granted.some((name) => scopes.includes(name));
}
