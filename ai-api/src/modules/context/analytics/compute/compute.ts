import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import { DAY_MS } from '../../../../platform/durations.ts';
import { changedConversations, computeDays, computeHours, conversationsOf, type Days } from './activity.ts';
import { changedRepositories, computeCommits, computeTokens } from './commits.ts';
import { leaveOut } from './consent.ts';
import { forgetTeams, type Roster, type RosterNeeds, rosterOf } from './people.ts';
import { beginComputation, databaseTime, readState, writeState } from './state.ts';

/** Conversations of one transaction. */
const AT_ONCE = 500;
/** What is written while a computation reads is seen by the next one. */
const OVERLAP_MS = 120_000;

interface Setup extends RosterNeeds {
  database: Database;
  now: () => Date;
}

interface Computed {
  conversations: number;
  days: number;
  repositories: number;
}

export type Compute = ReturnType<typeof createCompute>;

/** Computes the figures of a company by hour and by day, whole or what has changed. */
export function createCompute({ database, now, ...needs }: Setup) {
  /** Everything of some conversations; days that are final stay as they are. */
  async function conversations(
    transaction: TenantTransaction,
    ids: readonly string[],
    roster: Roster,
  ): Promise<string[]> {
    const { closed_before } = await readState(transaction);
    const touched = (await computeHours(transaction, ids)).filter(
      (day) => closed_before === null || day >= closed_before,
    );
    await computeDays(transaction, touched, roster.teams, now());
    await computeTokens(transaction, ids, closed_before);
    await leaveOut(transaction, needs, { days: touched, conversationIds: ids });
    return touched;
  }

  async function inParts(tenantId: string, since: Date | null) {
    const days = new Set<string>();
    let count = 0;
    for (let after: string | null = null; ; ) {
      const from: string | null = after;
      const ids = await database.withTenant(tenantId, async (transaction) => {
        await beginComputation(transaction);
        const changed = await changedConversations(transaction, since, from, AT_ONCE);
        const roster = await rosterOf(transaction, needs, now());
        for (const day of await conversations(transaction, changed, roster)) days.add(day);
        return changed;
      });
      count += ids.length;
      const last = ids.at(-1);
      if (last === undefined || ids.length < AT_ONCE) return { conversations: count, days: days.size };
      after = last;
    }
  }

  async function commits(tenantId: string, since: Date | null): Promise<number> {
    const changed = await database.withTenant(tenantId, (transaction) =>
      changedRepositories(transaction, since),
    );
    for (const { repositoryId, from } of changed)
      await database.withTenant(tenantId, async (transaction) => {
        await beginComputation(transaction);
        const { authorOf } = await rosterOf(transaction, needs, now());
        const { closed_before } = await readState(transaction);
        await computeCommits(transaction, repositoryId, from, authorOf, closed_before);
        await leaveOut(transaction, needs, { repositoryId });
      });
    return changed.length;
  }

  return {
    /** What has changed since the last time, or everything. */
    changed: async (tenantId: string, whole = false): Promise<Computed> => {
      const { begun, computed_until } = await database.withTenant(tenantId, async (transaction) => ({
        ...(await readState(transaction)),
        begun: await databaseTime(transaction),
      }));
      const since = whole || computed_until === null ? null : new Date(computed_until.getTime() - OVERLAP_MS);
      const counts = await inParts(tenantId, since);
      const repositories = await commits(tenantId, since);
      await database.withTenant(tenantId, async (transaction) => {
        await forgetTeams(transaction, needs);
        await leaveOut(transaction, needs);
        await writeState(transaction, { computed_until: begun });
      });
      return { ...counts, repositories };
    },

    /** Days with everything that was said in them, also where conversations are gone. */
    days: (tenantId: string, span: Days): Promise<Computed> =>
      database.withTenant(tenantId, async (transaction) => {
        await beginComputation(transaction);
        const roster = await rosterOf(transaction, needs, now());
        const ids = await conversationsOf(transaction, span);
        await computeHours(transaction, ids);
        const { closed_before } = await readState(transaction);
        await computeTokens(transaction, ids, closed_before);
        const open = daysOfSpan(span).filter((day) => closed_before === null || day >= closed_before);
        await computeDays(transaction, open, roster.teams, now());
        await leaveOut(transaction, needs, { days: open, conversationIds: ids });
        return { conversations: ids.length, days: open.length, repositories: 0 };
      }),
  };
}

/** Every day of a span. */
function daysOfSpan({ from, to }: Days): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at < Date.parse(to); at += DAY_MS)
    days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}
