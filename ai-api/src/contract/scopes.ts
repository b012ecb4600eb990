import type { Method } from './operation.ts';

/** Lets a key name the person it acts for. Never part of `*`. */
export const ACT_AS = 'act-as';

/** Whether scopes let an operation of a resource through. */
export function permits(scopes: readonly string[], resourceId: string, method: Method): boolean {
  const granted = method === 'GET' ? ['*', 'read', resourceId, `${resourceId}:read`] : ['*', resourceId];
  return granted.some((name) => scopes.includes(name));
}
