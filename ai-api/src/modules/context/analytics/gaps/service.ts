import { sql } from 'kysely';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { listPage, type Page } from '../../../../http/cursor.ts';
import { ModelError } from '../../../../models/chat.ts';
import type { Embedder } from '../../../../models/embeddings/index.ts';
import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import { DAY_MS } from '../../../../platform/durations.ts';
import type { Privacy } from '../../../shared/privacy/index.ts';
import { isLeftOut } from '../compute/consent.ts';
import { type Gap, gapsOf, MIN_ASKERS } from './cluster.ts';
import { marksOf, type Question, wordsOf } from './questions.ts';

const DAYS = 90;
const MAX_QUESTIONS = 2_000;
const MAX_EXAMPLES = 3;

interface Setup {
  database: Database;
  embedder: Embedder;
  privacy: Pick<Privacy, 'objectors' | 'consent'>;
  now: () => Date;
  log: Logger;
}

interface Asked {
  id: string;
  owner: string;
  asked_at: Date;
  text: string;
  files: string[];
}

/** What several people ask about. */
export function createGaps({ database, embedder, privacy, now, log }: Setup) {
  /** Without an embedder that answers, questions are compared by words. */
  async function vectorsOf(tenantId: string, texts: readonly string[]): Promise<(Float32Array | null)[]> {
    if (texts.length === 0) return [];
    try {
      const { vectors } = await embedder.embed(texts, {
        tenantId,
        purpose: 'knowledge-gaps',
        inputType: 'document',
      });
      return [...vectors];
    } catch (err) {
      if (!(err instanceof ModelError)) throw err;
      log.warn({ err, tenantId }, 'questions are compared by words alone');
      return texts.map(() => null);
    }
  }

  return {
    /**
     * Looks for gaps among the first questions of the last 90 days, in place of those found before.
     * @returns how many there are
     */
    find: async (tenantId: string): Promise<number> => {
      const since = new Date(now().getTime() - DAYS * DAY_MS);
      const asked = await database.withTenant(tenantId, async (transaction) => {
        const objectors = await privacy.objectors(transaction);
        const consent = await privacy.consent(transaction);
        return (await firstQuestions(transaction, since)).filter(
          ({ owner, asked_at }) =>
            !objectors.has(owner) && !isLeftOut(consent, owner, asked_at.toISOString().slice(0, 10)),
        );
      });
      const vectors = await vectorsOf(
        tenantId,
        asked.map(({ text }) => text),
      );
      const gaps = await gapsOf(
        asked.map(
          (row, n): Question => ({
            conversationId: row.id,
            owner: row.owner,
            askedAt: row.asked_at,
            words: wordsOf(row.text),
            marks: marksOf(row.text, row.files),
            vector: vectors[n] ?? null,
          }),
        ),
      );
      await database.withTenant(tenantId, (transaction) => replaceGaps(transaction, gaps));
      return gaps.length;
    },

    list: (tenantId: string, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.object({ people: z.number(), id: z.string() }),
          query: (after, limit) => listGaps(transaction, after, limit),
          key: ({ people, id }) => ({ people, id }),
          describe: async (rows) => {
            const examples = await examplesOf(
              transaction,
              rows.map(({ id }) => id),
            );
            return rows.map((row) => ({
              gapId: row.id,
              topic: row.topic,
              shared: row.shared,
              people: row.people,
              conversations: row.conversations,
              firstAsked: row.first_asked.toISOString(),
              lastAsked: row.last_asked.toISOString(),
              examples: (examples.get(row.id) ?? []).slice(0, MAX_EXAMPLES).map((example) => ({
                conversationId: example.conversation_id,
                title: example.title,
                askedAt: example.asked_at.toISOString(),
              })),
            }));
          },
        }),
      ),
  };
}

/** The first thing that a person said in each conversation that the company may see, oldest first. */
async function firstQuestions(transaction: TenantTransaction, since: Date): Promise<Asked[]> {
  const { rows } = await sql<Asked>`
    select conversation.id, conversation.owner, coalesce(said.said_at, conversation.active_at) as asked_at, said.text,
      conversation.files
    from context.conversations as conversation
    cross join lateral (
      select left(text, 2000) as text, said_at from context.messages
      where conversation_id = conversation.id and month = conversation.month and author = 'human' and text <> ''
      order by place limit 1
    ) as said
    where not is_private and parent_id is null and owner like 'user:%' and active_at >= ${since}
    order by conversation.active_at desc, conversation.id limit ${MAX_QUESTIONS}`.execute(transaction);
  return rows.toReversed();
}

/** One search of a company at a time, so that a second one removes what the first one stored. */
async function replaceGaps(transaction: TenantTransaction, gaps: readonly Gap[]): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended('context.knowledge-gaps ' || platform.current_tenant()::text, 0))`.execute(
    transaction,
  );
  await transaction.deleteFrom('context.knowledge_gaps').execute();
  for (const { topic, shared, members } of gaps) {
    const id = uuidv7();
    await transaction.insertInto('context.knowledge_gaps').values({ id, topic, shared }).execute();
    await sql`
      insert into context.knowledge_gap_members (gap_id, conversation_id, asked_at, closeness)
      select ${id}::uuid, given.* from json_to_recordset(${JSON.stringify(
        members.map(({ question, closeness }) => ({
          id: question.conversationId,
          at: question.askedAt.toISOString(),
          closeness,
        })),
      )}::json) as given (id uuid, at timestamptz, closeness double precision)
      where exists (select from context.conversations where id = given.id)`.execute(transaction);
  }
}

interface GapRow {
  id: string;
  topic: string;
  shared: string | null;
  people: number;
  conversations: number;
  first_asked: Date;
  last_asked: Date;
}

/** Gaps that still have enough people, without what was removed or became private since. */
async function listGaps(
  transaction: TenantTransaction,
  after: { people: number; id: string } | null,
  limit: number,
): Promise<GapRow[]> {
  const { rows } = await sql<GapRow>`
    select * from (
      select gap.id, gap.topic, gap.shared, count(distinct conversation.owner)::integer as people,
        count(*)::integer as conversations, min(member.asked_at) as first_asked, max(member.asked_at) as last_asked
      from context.knowledge_gaps as gap
      join context.knowledge_gap_members as member on member.gap_id = gap.id
      join context.conversations as conversation on conversation.id = member.conversation_id
      where not conversation.is_private
      group by gap.id
    ) as counted
    where people >= ${MIN_ASKERS}
      and ${after === null ? sql`true` : sql`(people, id) < (${after.people}, ${after.id}::uuid)`}
    order by people desc, id desc limit ${limit}`.execute(transaction);
  return rows;
}

async function examplesOf(transaction: TenantTransaction, gapIds: readonly string[]) {
  if (gapIds.length === 0)
    return new Map<string, { gap_id: string; conversation_id: string; title: string; asked_at: Date }[]>();
  const rows = await transaction
    .selectFrom('context.knowledge_gap_members as member')
    .innerJoin('context.conversations as conversation', 'conversation.id', 'member.conversation_id')
    .select(['member.gap_id', 'member.conversation_id', 'conversation.title', 'member.asked_at'])
    .where('member.gap_id', 'in', [...gapIds])
    .where('conversation.is_private', '=', false)
    .orderBy('member.closeness', 'desc')
    .execute();
  return Map.groupBy(rows, ({ gap_id }) => gap_id);
}
