import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { FileRecord, VersionRecord } from './store.ts';
import { OWNED_ORIGINS } from './vocabulary.ts';

export interface FileFilter {
  state?: VersionRecord['state'] | undefined;
  category?: FileRecord['category'] | undefined;
  origin?: FileRecord['origin'] | undefined;
  search?: string | undefined;
}

/** Whose files are meant: all of the company, or those of one caller and what is shared with them now. */
export type Audience = 'all' | { owner: string; userId: string | null; roles: readonly string[]; now: Date };

/** Files before the one with the id `before`, newest first. */
export function listFiles(
  transaction: TenantTransaction,
  { state, category, origin, search }: FileFilter,
  audience: Audience,
  before: string | null,
  limit: number,
): Promise<FileRecord[]> {
  let query = transaction
    .selectFrom('files.files as file')
    .selectAll('file')
    .where('file.deleted_at', 'is', null)
    .orderBy('file.id', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('file.id', '<', before);
  if (category !== undefined) query = query.where('file.category', '=', category);
  if (origin !== undefined) query = query.where('file.origin', '=', origin);
  if (search !== undefined) {
    query = query.where(sql<boolean>`position(lower(${search}) in lower(file.name)) > 0`);
  }
  if (state !== undefined) {
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('files.versions as newest')
          .select('newest.id')
          .whereRef('newest.file_id', '=', 'file.id')
          .whereRef('newest.version', '=', 'file.version')
          .where('newest.state', '=', state),
      ),
    );
  }
  if (audience === 'all') return query.execute();
  const { owner, userId, roles, now } = audience;
  return query
    .where((eb) =>
      eb.or([
        eb.and([eb('file.owner', '=', owner), eb('file.origin', 'in', [...OWNED_ORIGINS])]),
        eb.exists(
          eb
            .selectFrom('files.permissions as permission')
            .select('permission.id')
            .whereRef('permission.file_id', '=', 'file.id')
            .where((of) =>
              of.or([of('permission.expires_at', 'is', null), of('permission.expires_at', '>', now)]),
            )
            .where((of) =>
              of.or([
                of('permission.role', 'in', [...roles]),
                ...(userId === null ? [] : [of('permission.user_id', '=', userId)]),
              ]),
            ),
        ),
      ]),
    )
    .execute();
}

export type HeldVersion = VersionRecord & Pick<FileRecord, 'name' | 'category' | 'origin'>;

/** Versions of all files that are not ready and wait for a person or a scan, newest first. */
export function listHeld(
  transaction: TenantTransaction,
  states: readonly VersionRecord['state'][],
  before: string | null,
  limit: number,
): Promise<HeldVersion[]> {
  let query = transaction
    .selectFrom('files.versions as version')
    .innerJoin('files.files as file', 'file.id', 'version.file_id')
    .selectAll('version')
    .select(['file.name', 'file.category', 'file.origin'])
    .where('file.deleted_at', 'is', null)
    .where('version.state', 'in', [...states])
    .orderBy('version.id', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('version.id', '<', before);
  return query.execute();
}
