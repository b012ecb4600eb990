import type { Insertable, Selectable } from 'kysely';
import { sql } from 'kysely';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import type { Source } from './schema.ts';
import type { VerdictStatus } from './vocabulary.ts';

export type ResultRecord = Selectable<Schema['validation.results']>;
type NewResult = Insertable<Schema['validation.results']>;

export async function insertResult(transaction: TenantTransaction, values: NewResult): Promise<void> {
  await transaction.insertInto('validation.results').values(values).execute();
}

export function findResult(transaction: TenantTransaction, id: string): Promise<ResultRecord | undefined> {
  return transaction.selectFrom('validation.results').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The result that waits for a decision, locked. */
export function lockByDecision(
  transaction: TenantTransaction,
  decisionId: string,
): Promise<ResultRecord | undefined> {
  return transaction
    .selectFrom('validation.results')
    .selectAll()
    .where('decision_id', '=', decisionId)
    .forUpdate()
    .executeTakeFirst();
}

interface Filter {
  ruleSet?: string | undefined;
  status?: VerdictStatus | undefined;
  source?: Source | undefined;
  /** Only those whose text was kept. */
  withText?: boolean;
}

/** Results before an id, newest first. */
export function listResults(
  transaction: TenantTransaction,
  { ruleSet, status, source, withText = false }: Filter,
  before: string | null,
  limit: number,
): Promise<ResultRecord[]> {
  let query = transaction.selectFrom('validation.results').selectAll().orderBy('id', 'desc').limit(limit);
  if (before !== null) query = query.where('id', '<', before);
  if (ruleSet !== undefined) query = query.where('rule_set', '=', ruleSet);
  if (status !== undefined) query = query.where('status', '=', status);
  if (source !== undefined) query = query.where('source', '=', source);
  if (withText) query = query.where('text', 'is not', null);
  return query.execute();
}

export interface HumanDecision {
  status: 'passed' | 'failed';
  by: string;
  reason: string;
  at: Date;
}

/** Writes what a person decided, and what becomes of the text; undefined when a person decided before. */
export function decideResult(
  transaction: TenantTransaction,
  id: string,
  { status, by, reason, at }: HumanDecision,
): Promise<ResultRecord | undefined> {
  return transaction
    .updateTable('validation.results')
    .set({
      human_status: status,
      human_by: by,
      human_reason: reason,
      human_at: at,
      effect: status === 'passed' ? 'accepted' : 'refused',
      output: status === 'passed' ? sql<string | null>`coalesce(output, text)` : null,
    })
    .where('id', '=', id)
    .where('human_status', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

/** A text that no person decided on in time is not used. */
export async function refuseWaiting(transaction: TenantTransaction, id: string): Promise<void> {
  await transaction
    .updateTable('validation.results')
    .set({ effect: 'refused', output: null })
    .where('id', '=', id)
    .where('effect', '=', 'waiting')
    .execute();
}

/** Scores of a rule set's results that a person decided, and how. */
export async function decidedCases(
  transaction: TenantTransaction,
  ruleSet: string,
  limit: number,
): Promise<{ score: number; yes: boolean }[]> {
  const rows = await transaction
    .selectFrom('validation.results')
    .select(['score', 'human_status'])
    .where('rule_set', '=', ruleSet)
    .where('human_status', 'is not', null)
    .where('score', 'is not', null)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ score, human_status }) => ({ score: score as number, yes: human_status === 'passed' }));
}

/** Results about a person, or that the person asked for. */
export function resultsAbout(transaction: TenantTransaction, subject: string): Promise<ResultRecord[]> {
  return transaction
    .selectFrom('validation.results')
    .selectAll()
    .where((eb) => eb.or([eb('about', '=', subject), eb('requested_by', '=', subject)]))
    .orderBy('id')
    .execute();
}

/** Deletes results about a person, and texts that the person had judged; answers how many. */
export async function eraseResults(transaction: TenantTransaction, subject: string): Promise<number> {
  const { numDeletedRows } = await transaction
    .deleteFrom('validation.results')
    .where((eb) => eb.or([eb('about', '=', subject), eb('requested_by', '=', subject)]))
    .executeTakeFirst();
  return Number(numDeletedRows);
}
