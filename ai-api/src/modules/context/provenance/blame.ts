import type { TenantTransaction } from '../../../platform/database/index.ts';
import { editsOfConversations, type LinkRow, linksOf, linksOfRepositories } from '../links/index.ts';
import { attributionsOf, commitsOfShas } from '../repositories/index.ts';
import { type BlamedLine, type KnownCommit, type LineOrigin, originsOf } from './origins.ts';
import { sessionsOf } from './store.ts';

const RANK: Readonly<Record<LinkRow['status'], number>> = { confirmed: 0, suggested: 1, rejected: 2 };

/** Where lines come from, each with the link that says so. */
interface Blame {
  origins: { origin: LineOrigin; link: LinkRow }[];
  /** By line the place in `origins`. */
  places: (number | null)[];
  saidAt: Map<string, Date | null>;
}

const keyOf = (sha: string, conversationId: string) => `${sha} ${conversationId}`;

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
  const repositoryIds = [...new Set(known.map(({ repository_id }) => repository_id))];
  const others = await linksOfRepositories(transaction, reader, repositoryIds);
  const ownIds = new Set(rows.map(({ conversation_id }) => conversation_id));
  const otherIds = new Set(
    others.map(({ conversation_id }) => conversation_id).filter((id) => !ownIds.has(id)),
  );
  const conversationIds = [...ownIds, ...otherIds];
  const sessions = await sessionsOf(transaction, conversationIds);
  const attributions = await attributionsOf(transaction, ids);
  // Of every file: code moves, and a squash has it under another name than that under which it was written.
  // Those of the commits' own conversations come first and are never left out for others.
  const edits = [
    ...(await editsOfConversations(transaction, [...ownIds])),
    ...(await editsOfConversations(transaction, [...otherIds])),
  ];
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
  const links = new Map(others.map((row) => [row.conversation_id, row]));
  for (const row of rows) links.set(keyOf(row.sha, row.conversation_id), row);
  return {
    ...collected(originsOf(lines, commits, written), (origin, at) => {
      const own = links.get(keyOf(lines[at]?.sha ?? '', origin.conversationId));
      return own ?? links.get(origin.conversationId);
    }),
    saidAt: new Map(edits.map(({ message_id, said_at }) => [message_id, said_at])),
  };
}

/** Each origin once. */
function collected(
  found: readonly (LineOrigin | null)[],
  linkOf: (origin: LineOrigin, at: number) => LinkRow | undefined,
): Pick<Blame, 'origins' | 'places'> {
  const origins: Blame['origins'] = [];
  const known = new Map<string, number>();
  const places = found.map((origin, at) => {
    const link = origin && linkOf(origin, at);
    if (!origin || !link) return null;
    const key = `${link.id} ${origin.messageId} ${origin.match}`;
    const place = known.get(key) ?? origins.length;
    if (!known.has(key)) origins.push({ origin, link });
    known.set(key, place);
    return place;
  });
  return { origins, places };
}
