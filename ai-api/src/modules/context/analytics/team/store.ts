import { sql } from 'kysely';
import type { TenantTransaction } from '../../../../platform/database/index.ts';
import type { Days } from '../compute/activity.ts';
import { costOf, priceAt, tokensOf } from '../spend/price-at.ts';

/** What a person did with one assistant and model in a week. */
export interface ActivityRow {
  /** Monday. */
  week: string;
  owner: string;
  team: string;
  tool: string;
  model: string;
  is_linked: boolean;
  conversations: number;
  edited: number;
  linked: number;
  suggested: number;
  timed: number;
  commit_seconds: number;
  messages: number;
  prompts: number;
  edits: number;
  edits_rejected: number;
  tokens: number;
  /** Tokens of models without a price. */
  unpriced: number;
  cost_micros: number;
}

/** Activity by week; of one person where `owner` is given. */
export async function activityIn(
  transaction: TenantTransaction,
  { from, to }: Days,
  owner?: string,
): Promise<ActivityRow[]> {
  const { rows } = await sql<ActivityRow>`
    select date_trunc('week', day::timestamp)::date::text as week, owner, team, tool, days.model, is_linked,
      sum(conversations)::bigint as conversations, sum(conversations_edited)::bigint as edited,
      sum(conversations_linked)::bigint as linked, sum(conversations_suggested)::bigint as suggested,
      sum(conversations_timed)::bigint as timed, sum(commit_seconds)::bigint as commit_seconds,
      sum(messages)::bigint as messages, sum(prompts)::bigint as prompts, sum(edits)::bigint as edits,
      sum(edits_rejected)::bigint as edits_rejected, sum(${tokensOf('days')})::bigint as tokens,
      coalesce(sum(${tokensOf('days')}) filter (where price.model is null), 0)::bigint as unpriced,
      round(sum(${costOf('days')}))::bigint as cost_micros
    from context.activity_days as days ${priceAt(sql`days.model`, sql`days.day`)}
    where day >= ${from}::date and day < ${to}::date and ${owner === undefined ? sql`true` : sql`owner = ${owner}`}
    group by 1, 2, 3, 4, 5, 6
    order by 1`.execute(transaction);
  return rows;
}

/** Commits of an author in a repository and week, with and without a confirmed link. */
export interface CommitRow {
  week: string;
  author: string;
  team: string;
  repository: string;
  is_linked: boolean;
  commits: number;
  suggested: number;
  lines: number;
  followed: number;
  reworked: number;
}

export async function commitsIn(
  transaction: TenantTransaction,
  { from, to }: Days,
  author?: string,
): Promise<CommitRow[]> {
  const { rows } = await sql<CommitRow>`
    select date_trunc('week', day::timestamp)::date::text as week, author, team, repository.full_name as repository,
      is_linked, count(*)::bigint as commits, count(*) filter (where is_suggested and not is_linked)::bigint as suggested,
      sum(lines)::bigint as lines, sum(lines_followed)::bigint as followed, sum(lines_reworked)::bigint as reworked
    from context.commit_figures as figures
    join context.repositories as repository on repository.id = figures.repository_id
    where is_counted and day >= ${from}::date and day < ${to}::date
      and ${author === undefined ? sql`true` : sql`author = ${author}`}
    group by 1, 2, 3, 4, 5
    order by 1`.execute(transaction);
  return rows;
}

/**
 * Tokens of conversations that led to commits of a repository, by the person of the conversation and the week of the commit;
 * also of conversations that retention removed.
 */
export interface CommitTokens {
  week: string;
  owner: string;
  repository: string;
  tokens: number;
  cost_micros: number;
}

export async function commitTokensIn(
  transaction: TenantTransaction,
  { from, to }: Days,
): Promise<CommitTokens[]> {
  const { rows } = await sql<CommitTokens>`
    with tokens as (
      select used.commit_id, conversation.owner, used.model, used.tokens_input, used.tokens_output,
        used.tokens_cache_read, used.tokens_cache_write
      from context.commit_tokens as used
      join context.conversations as conversation on conversation.id = used.conversation_id
      union all
      select commit_id, owner, model, tokens_input, tokens_output, tokens_cache_read, tokens_cache_write
      from context.retained_links where status = 'confirmed'
    )
    select date_trunc('week', figures.day::timestamp)::date::text as week, tokens.owner,
      repository.full_name as repository, round(sum(${tokensOf('tokens')}))::bigint as tokens,
      round(sum(${costOf('tokens')}))::bigint as cost_micros
    from tokens
    join context.commit_figures as figures on figures.commit_id = tokens.commit_id
    join context.repositories as repository on repository.id = figures.repository_id
    ${priceAt(sql`tokens.model`, sql`figures.day`)}
    where figures.is_counted and figures.day >= ${from}::date and figures.day < ${to}::date
    group by 1, 2, 3`.execute(transaction);
  return rows;
}
