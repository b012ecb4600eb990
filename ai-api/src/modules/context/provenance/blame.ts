import type { TenantTransaction } from '../../../platform/database/index.ts';
import { editsOfFiles, type LinkRow, linksOf } from '../links/index.ts';
import { attributionsOf, commitsOfShas } from '../repositories/index.ts';
import { type BlamedLine, type KnownCommit, type LineOrigin, originsOf } from './origins.ts';
import { sessionsOf } from './store.ts';

const RANK: Readonly<Record<LinkRow['status'], number>> = { confirmed: 0, suggested: 1, rejected: 2 };

/** Where lines come from, with the links that say so. */
export interface Blame {
  origins: (LineOrigin | null)[];
  /** By commit and conversation. */
  links: Map<string, LinkRow>;
  saidAt: Map<string, Date | null>;
}

export const linkKey = (sha: string, conversationId: string) => `${sha} ${conversationId}`;

/** Finds where lines of a file come from, among what the reader may see. */
export async function blame(
  transaction: TenantTransaction,
  reader: string,
  nameKey: string | null,
  lines: readonly BlamedLine[],
): Promise<Blame> {
  const shas = [...new Set(lines.map(({ sha }) => sha))];
  const known = await commitsOfShas(transaction, shas, nameKey);
  const ids = known.map(({ id }) => id);
  const rows = (await linksOf(transaction, reader, ids)).filter(({ status }) => status !== 'rejected');
  const conversationIds = [...new Set(rows.map(({ conversation_id }) => conversation_id))];
  const sessions = await sessionsOf(transaction, conversationIds);
  const attributions = await attributionsOf(transaction, ids);
  // Of every file: a squash has lines under another name than that under which they were written.
  const edits = await editsOfFiles(transaction, conversationIds, null);
  const commits = new Map<string, KnownCommit>();
  for (const { id, sha } of known) {
    const linked = rows
      .filter(({ commit_id }) => commit_id === id)
      .map(({ conversation_id, status }) => ({
        conversationId: conversation_id,
        sessionId: sessions.get(conversation_id) ?? '',
        rank: RANK[status],
      }));
    const before = commits.get(sha);
    commits.set(sha, {
      linked: [...(before?.linked ?? []), ...linked],
      attributions: [...(before?.attributions ?? []), ...(attributions.get(id) ?? [])],
    });
  }
  const written = edits.map((edit) => ({
    conversationId: edit.conversation_id,
    messageId: edit.message_id,
    path: edit.path,
    after: edit.after,
  }));
  return {
    origins: originsOf(lines, commits, written),
    links: new Map(rows.map((row) => [linkKey(row.sha, row.conversation_id), row])),
    saidAt: new Map(edits.map(({ message_id, said_at }) => [message_id, said_at])),
  };
}
