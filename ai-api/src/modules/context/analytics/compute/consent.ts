import { sql } from 'kysely';
import type { TenantTransaction } from '../../../../platform/database/index.ts';
import type { AnalyticsConsent, Privacy } from '../../../shared/privacy/index.ts';

/** Whether a person is left out on a day (`YYYY-MM-DD`, UTC), since agreement is required and they have not agreed. */
export function isLeftOut({ required, given }: AnalyticsConsent, subject: string, day: string): boolean {
  const covers = ({ from, until }: { from: string; until: string | null }) =>
    from <= day && (until === null || day < until);
  return required.some(covers) && !given.some((period) => period.subject === subject && covers(period));
}

/** What a transaction has just computed. */
export interface Part {
  days?: readonly string[];
  conversationIds?: readonly string[];
  repositoryId?: string;
}

/**
 * Removes the figures of people on days on which they have not agreed, in the transaction that computes them.
 * @param part what was computed; without it, all figures are looked through, as after an agreement was withdrawn
 */
export async function leaveOut(
  transaction: TenantTransaction,
  { privacy }: { privacy: Pick<Privacy, 'consent'> },
  part?: Part,
): Promise<void> {
  const { required, given } = await privacy.consent(transaction);
  if (required.length === 0) return;
  const refused = (person: string, day: string) => sql`
    ${sql.raw(person)} ~ '^(user|builder|author):'
      and exists (
        select from json_to_recordset(${JSON.stringify(required)}::json) as period ("from" date, until date)
        where period."from" <= ${sql.raw(day)} and (period.until is null or ${sql.raw(day)} < period.until))
      and not exists (
        select from json_to_recordset(${JSON.stringify(given)}::json) as period (subject text, "from" date, until date)
        where period.subject = ${sql.raw(person)} and period."from" <= ${sql.raw(day)}
          and (period.until is null or ${sql.raw(day)} < period.until))`;
  const { days = null, conversationIds = null, repositoryId = null } = part ?? {};
  if (!part || days)
    await sql`
      delete from context.activity_days as days
      where (${days}::date[] is null or days.day = any(${days}::date[]))
        and ${refused('days.owner', 'days.day')}`.execute(transaction);
  if (!part || repositoryId)
    await sql`
      delete from context.commit_figures as figures
      where (${repositoryId}::uuid is null or figures.repository_id = ${repositoryId}::uuid)
        and ${refused('figures.author', 'figures.day')}`.execute(transaction);
  if (!part || conversationIds)
    await sql`
    delete from context.commit_tokens as tokens using context.conversations as conversation
    where conversation.id = tokens.conversation_id
      and (${conversationIds}::uuid[] is null or tokens.conversation_id = any(${conversationIds}::uuid[]))
      and ${refused(
        'conversation.owner',
        "(coalesce(conversation.started_at, conversation.created_at) at time zone 'utc')::date",
      )}`.execute(transaction);
}
