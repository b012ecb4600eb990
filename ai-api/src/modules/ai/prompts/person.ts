import { type Actor, displayName } from '../../shared/audit/index.ts';

/** Who is responsible for an action: the person, or else the key itself. Two people are never one by this; two keys may be one person. */
export interface Author {
  id: string;
  name: string;
}

/** @returns the person who came or whom the key acts for, or else the key, or the system */
export function authorOf(actor: Actor): Author {
  const { person, keyId } = actor;
  const name = displayName(actor);
  if (person) return { id: `user:${person.id}`, name };
  return { id: keyId === null ? 'system' : `key:${keyId}`, name };
}
