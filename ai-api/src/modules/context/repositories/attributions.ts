import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Attribution } from '../formats/attribution.ts';
import { clean } from './push.ts';

/** Stores the attributions of a commit, in place of earlier ones of the same source. Returns whether anything changed. */
export async function storeAttributions(
  transaction: TenantTransaction,
  commitId: string,
  attributions: readonly Attribution[],
): Promise<boolean> {
  let isChanged = false;
  for (const { source, sessionId, tool, files } of attributions) {
    const stored = await transaction
      .insertInto('context.attributions')
      .values({
        commit_id: commitId,
        source,
        session_id: clean(sessionId).slice(0, 1000),
        tool: tool === null ? null : clean(tool).slice(0, 100),
        files: JSON.stringify(files.map((file) => ({ ...file, path: clean(file.path) }))),
      })
      .onConflict((conflict) =>
        conflict
          .columns(['commit_id', 'source', 'session_id'])
          .doUpdateSet((eb) => ({ files: eb.ref('excluded.files'), tool: eb.ref('excluded.tool') }))
          .where(sql<boolean>`attributions.files is distinct from excluded.files`),
      )
      .returning('commit_id')
      .execute();
    isChanged ||= stored.length > 0;
  }
  return isChanged;
}

/** Attributions by commit. */
export async function attributionsOf(
  transaction: TenantTransaction,
  commitIds: readonly string[],
): Promise<Map<string, Attribution[]>> {
  if (commitIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('context.attributions')
    .selectAll()
    .where('commit_id', 'in', [...commitIds])
    .execute();
  const byCommit = Map.groupBy(rows, ({ commit_id }) => commit_id);
  return new Map(
    [...byCommit].map(([id, own]) => [
      id,
      own.map(({ source, session_id, tool, files }) => ({ source, sessionId: session_id, tool, files })),
    ]),
  );
}
