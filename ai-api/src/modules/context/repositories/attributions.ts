import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Attribution, merged } from '../formats/attribution.ts';
import { redact } from '../redaction/index.ts';
import { clean } from './push.ts';

/**
 * Stores the attributions of a commit. A note replaces what the note before it said; a trace adds to earlier ones, since a
 * session may have several. Returns whether anything changed.
 */
export async function storeAttributions(
  transaction: TenantTransaction,
  commitId: string,
  attributions: readonly Attribution[],
): Promise<boolean> {
  if (attributions.length === 0) return false;
  // Two uploads at once add to each other.
  await sql`select from context.commits where id = ${commitId} for no key update`.execute(transaction);
  const given = attributions.map(storable);
  const isTrace = given.some(({ source }) => source === 'agent-trace');
  const before = isTrace ? ((await attributionsOf(transaction, [commitId])).get(commitId) ?? []) : [];
  const added = merged([...before.filter(({ source }) => source === 'agent-trace'), ...given]);
  let isChanged = await dropEarlierNote(transaction, commitId, given);
  for (const { source, sessionId, tool, files } of added) {
    const stored = await transaction
      .insertInto('context.attributions')
      .values({ commit_id: commitId, source, session_id: sessionId, tool, files: JSON.stringify(files) })
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

/** A note of git-ai replaces the one before: sessions that it no longer names have no lines. @returns whether any had */
async function dropEarlierNote(
  transaction: TenantTransaction,
  commitId: string,
  given: readonly Attribution[],
): Promise<boolean> {
  const noted = given.filter(({ source }) => source === 'git-ai').map(({ sessionId }) => sessionId);
  if (noted.length === 0) return false;
  const { numDeletedRows } = await transaction
    .deleteFrom('context.attributions')
    .where('commit_id', '=', commitId)
    .where('source', '=', 'git-ai')
    .where('session_id', 'not in', noted)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** As PostgreSQL takes it, and without secrets, which names of tools and files may have as well. */
function storable({ source, sessionId, tool, files }: Attribution): Attribution {
  const plain = (text: string) => redact(clean(text)).text;
  return {
    source,
    sessionId: plain(sessionId).slice(0, 1000),
    tool: tool === null ? null : plain(tool).slice(0, 100),
    files: files.map((file) => ({ ...file, path: plain(file.path) })),
  };
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
