import type { Caller } from '../../../http/caller.ts';
import { notFound, Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Actor } from '../audit/index.ts';
import type { Audience } from './list-store.ts';
import { permissionsOf } from './permission-store.ts';
import { type FileRecord, findFile, lockFile } from './store.ts';
import { OWNED_ORIGINS } from './vocabulary.ts';

/** What a caller may do with a file; each includes those before it. `look` shows its state but not its content. */
const LEVELS = ['none', 'look', 'read', 'write', 'own'] as const;
export type Access = (typeof LEVELS)[number];

/** Who owns what an actor uploads. */
export function ownerOf({ person, keyId }: Pick<Actor, 'person' | 'keyId'>): string {
  if (person) return `user:${person.id}`;
  return keyId === null ? 'system' : `key:${keyId}`;
}

const ownerOfCaller = ({ user, keyId }: Caller) => ownerOf({ person: user, keyId });

/** Whose files a caller sees in a list. */
export function audienceOf(caller: Caller, now: Date): Audience {
  if (caller.roles.some((role) => role === 'admin' || role === 'ops')) return 'all';
  return { owner: ownerOfCaller(caller), userId: caller.user?.id ?? null, roles: caller.roles, now };
}

/**
 * Administrators may do everything, and so may the owner of an upload or an attachment; operators see states; others
 * what was granted to them. The person who requested an export or a report does not own it: a role gives access to it, by its module.
 */
export async function accessTo(
  transaction: TenantTransaction,
  caller: Caller,
  file: FileRecord,
  now: Date,
): Promise<Access> {
  const isOwner = OWNED_ORIGINS.includes(file.origin) && file.owner === ownerOfCaller(caller);
  if (caller.roles.includes('admin') || isOwner) return 'own';
  const granted = (await permissionsOf(transaction, file.id, now))
    .filter(
      ({ role, user_id }) =>
        (role !== null && caller.roles.some((own) => own === role)) ||
        (user_id !== null && user_id === caller.user?.id),
    )
    .map(({ access }) => access);
  if (granted.includes('write')) return 'write';
  if (granted.includes('read')) return 'read';
  return caller.roles.includes('ops') ? 'look' : 'none';
}

/**
 * A file that a caller may do something with; under its lock where it is to be changed.
 * @throws {Problem} NOT_FOUND for a file that the caller may not even see, FORBIDDEN
 */
export async function requireFile(
  transaction: TenantTransaction,
  caller: Caller,
  fileId: string,
  needed: Exclude<Access, 'none'>,
  { now, isLocked = false }: { now: Date; isLocked?: boolean },
): Promise<FileRecord> {
  const file = await (isLocked ? lockFile : findFile)(transaction, fileId);
  if (!file) throw notFound('file', fileId);
  const access = await accessTo(transaction, caller, file, now);
  if (access === 'none') throw notFound('file', fileId);
  if (LEVELS.indexOf(access) < LEVELS.indexOf(needed))
    throw new Problem('FORBIDDEN', `You may not ${VERBS[needed]} this file.`);
  return file;
}

/** @throws {Problem} CONFLICT for a file whose versions come with what it belongs to */
export function requireOwnVersions({ origin }: FileRecord): void {
  if (origin !== 'upload')
    throw new Problem('CONFLICT', `It belongs to ${origin}: it is changed and deleted there.`);
}

const VERBS = { look: 'see', read: 'read', write: 'change', own: 'share or delete' } as const;
