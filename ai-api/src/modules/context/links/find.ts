import { type Judged, judge, type Rulebook, type StoreJudgement } from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Events } from '../../shared/events/index.ts';
import { nameOf } from '../repositories/index.ts';
import {
  type CommitToLink,
  commitsToLink,
  conversationsNear,
  conversationsToLink,
  inheritedBy,
} from './candidates.ts';
import { pick } from './pick.ts';
import { namedSessions, type Signals, signalsOf } from './signals.ts';
import { type LinkRecord, linksOfCommits, upsertFound, withdraw } from './store.ts';

interface Setup {
  rulebook: (transaction: TenantTransaction, tenantId: string) => Promise<Rulebook>;
  storeJudgement: StoreJudgement;
  events: Pick<Events, 'publish'>;
  /** E-mail addresses of people by `user:<id>`. */
  emails: (transaction: TenantTransaction) => Promise<Map<string, string>>;
  onJudged: (kind: string, engine: string) => void;
}

interface Pair {
  conversationId: string;
  signals: Signals;
  judged: Judged;
}

/** Places of conversations by their nearness in meaning to the subject of a commit, by the ids of both. */
export type Ranks = ReadonlyMap<string, ReadonlyMap<string, number>>;

export type Find = ReturnType<typeof createFind>;

/** Finds the conversations that led to commits, and stores what it finds as judgements with their reasons. */
export function createFind({ rulebook, storeJudgement, events, emails, onJudged }: Setup) {
  async function pairsOf(
    transaction: TenantTransaction,
    commit: CommitToLink,
    rules: Rulebook,
    people: ReadonlyMap<string, string>,
    ranks: ReadonlyMap<string, number> | undefined,
    only: string | null,
  ): Promise<Pair[]> {
    const near = await conversationsNear(transaction, commit, namedSessions(commit.message));
    const ids = only === null ? near : near.filter((id) => id === only);
    const names = commit.files.flatMap(({ path, previousPath }) => [path, previousPath ?? path].map(nameOf));
    const inherited = await inheritedBy(transaction, commit.id);
    const known = new Set([...people.values()].map((email) => email.toLowerCase()));
    const author = { authorIsKnown: known.has((commit.authorEmail ?? '').toLowerCase()) };
    const pairs: Pair[] = [];
    for (const { id, owner, conversation } of await conversationsToLink(transaction, ids, names)) {
      const signals = signalsOf(
        { ...conversation, ownerEmail: people.get(owner) ?? null },
        { ...commit, ...author },
        inherited.get(id) ?? 'none',
        ranks?.get(id) ?? null,
      );
      const judged = await judge(rules, `${id}:${commit.id}`, signals.facts);
      pairs.push({ conversationId: id, signals, judged });
    }
    return pairs;
  }

  /** The links of a commit, in place of what the engine found before. People's decisions stay. */
  async function linkCommit(
    transaction: TenantTransaction,
    tenantId: string,
    commit: CommitToLink,
    rules: Rulebook,
    people: ReadonlyMap<string, string>,
    ranks: Ranks,
    only: string | null,
  ): Promise<void> {
    const before = await linksOfCommits(transaction, [commit.id]);
    const known = new Map(before.map((link) => [link.conversation_id, link]));
    const pairs = await pairsOf(transaction, commit, rules, people, ranks.get(commit.id), only);
    const isProved = before.some(({ status, level }) => status === 'confirmed' || level === 'certain');
    const worth = pick(pairs, only !== null && isProved);
    for (const { conversationId, signals, judged } of worth) {
      const link = known.get(conversationId);
      if (link && (link.decided_by !== null || isSame(link, judged))) continue;
      const stored = await storeJudgement(transaction, judged);
      const { judgementId } = stored;
      onJudged(judged.kind, judged.engine);
      const level = stored.outcome === null ? 'probable' : 'certain';
      const status = level === 'certain' ? 'confirmed' : 'suggested';
      const linkId = await upsertFound(transaction, {
        conversation_id: conversationId,
        commit_id: commit.id,
        level,
        status,
        score: stored.score,
        reasons: reasonsOf(judged),
        message_id: signals.messageId,
        judgement_id: judgementId,
      });
      if (linkId)
        await events.publish(transaction, tenantId, `link.${status}`, {
          linkId,
          conversationId,
          sha: commit.sha,
          repositoryId: commit.repositoryId,
          level,
        });
    }
    const found = new Set(worth.map(({ conversationId }) => conversationId));
    const judgedNow = new Set(pairs.map(({ conversationId }) => conversationId));
    await withdraw(
      transaction,
      before
        .filter(
          ({ conversation_id, decided_by }) =>
            decided_by === null && judgedNow.has(conversation_id) && !found.has(conversation_id),
        )
        .map(({ id }) => id),
    );
  }

  return {
    /**
     * @param only the conversation that is new; null for all
     * @param ranks by meaning; commits that are not in it are compared by words alone
     * @returns how many commits were looked at
     */
    links: async (
      transaction: TenantTransaction,
      tenantId: string,
      commitIds: readonly string[],
      only: string | null,
      ranks: Ranks = new Map(),
    ): Promise<number> => {
      const rules = await rulebook(transaction, tenantId);
      const people = await emails(transaction);
      const commits = await commitsToLink(transaction, commitIds);
      for (const commit of commits)
        await linkCommit(transaction, tenantId, commit, rules, people, ranks, only);
      return commits.length;
    },
  };
}

function isSame(link: LinkRecord, judged: Judged): boolean {
  const level = judged.outcome === null ? 'probable' : 'certain';
  return link.level === level && link.score === judged.score;
}

/** What speaks for and against it, the weightiest first. */
export function reasonsOf({ criteria }: Pick<Judged, 'criteria'>) {
  return criteria
    .filter(({ verdict, weight }) => verdict === 'scored' && weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ id, reason, score, weight }) => ({ signal: id, reason, score, weight }));
}
