import { createHash } from 'node:crypto';
import type { Caller } from '../../../http/caller.ts';
import type { Conversation } from '../formats/model.ts';
import { uuidOf } from '../search/index.ts';

export { repositoryOf } from './repository.ts';

/** Whose conversations they are: the person, or the key that acts for none. */
export interface Owner {
  /** `user:<id>` or `key:<id>`. */
  id: string;
  name: string;
  /** May change what others saved, unless it is private. */
  isAdmin: boolean;
}

/** The owner that a caller is. */
export function ownerOf({ user, keyId, keyName, roles }: Caller): Owner {
  const isAdmin = roles.includes('admin');
  if (user) return { id: `user:${user.id}`, name: user.name, isAdmin };
  return { id: `key:${keyId}`, name: keyName ?? 'A key', isAdmin };
}

/** Ids that tools make unique by themselves; others are counted in each session. */
const UNIQUE = /^(?:[\w-]*_)?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/**
 * The id of a message, made of its place in the source: a record has it in whichever file it is found again, so that a
 * resumed session does not double what it copies.
 */
export function messageIdOf(
  tenantId: string,
  { tool, sessionId }: Pick<Conversation, 'tool' | 'sessionId'>,
  recordId: string,
): string {
  const place = UNIQUE.test(recordId) ? recordId.toLowerCase() : `${sessionId}\n${recordId}`;
  return uuidOf(`${tenantId}\n${tool}\n${place}`);
}

/** How a removed session is remembered: nothing readable of it is left. */
export function sessionDigest(tool: string, sessionId: string): string {
  return createHash('sha256').update(`${tool}\n${sessionId}`).digest('hex');
}
