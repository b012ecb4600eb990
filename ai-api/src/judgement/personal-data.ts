import { sql } from 'kysely';
import type { TenantTransaction } from '../platform/database/index.ts';
import { mentions, type NamedPersonalData } from '../platform/personal-data.ts';

/** Kinds whose subject is a builder, or a builder's request that was only tried out. */
const OF_BUILDERS = ['evaluation', 'approval'];

/** What an erasure leaves of a judgement: that it was made, and its outcome. */
const ERASED = {
  facts: '{}',
  criteria: '[]',
  testimony: null,
  proposal: null,
  feedback: '',
  reason: null,
  incomplete: '[]',
  model_failure: null,
  review_reasons: '[]',
} as const;

/** The ids of all judgements of a kind about these subjects, those that others took the place of too, oldest first. */
export async function judgementIdsOf(
  transaction: TenantTransaction,
  kind: string,
  subjectIds: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from judgement.judgements
    where kind = ${kind} and subject_id = any(${[...subjectIds]}::text[]) order by id`.execute(transaction);
  return rows.map(({ id }) => id);
}

/** Erases the judgements of a kind about these subjects, for a module whose subjects are no builders. */
export async function eraseJudgementsOf(
  transaction: TenantTransaction,
  kind: string,
  subjectIds: readonly string[],
): Promise<number> {
  const changes = Object.entries(ERASED).map(([name, value]) =>
    value === '{}' || value === '[]'
      ? sql`${sql.id(name)} = ${value}::jsonb`
      : sql`${sql.id(name)} = ${value}`,
  );
  const { numAffectedRows } = await sql`
    update judgement.judgements set ${sql.join(changes)}
    where kind = ${kind} and subject_id = any(${[...subjectIds]}::text[])`.execute(transaction);
  return Number(numAffectedRows ?? 0);
}

/** The traces of the judgements of some kinds about these subjects. */
export async function tracesOf(
  transaction: TenantTransaction,
  kinds: readonly string[],
  subjectIds: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct trace_id as id from judgement.judgements
    where trace_id is not null and kind = any(${[...kinds]}::text[])
      and subject_id = any(${[...subjectIds]}::text[])`.execute(transaction);
  return rows.map(({ id }) => id);
}

/** Judgements about people. After an erasure the outcome is left, without facts, reasons or feedback. */
export const judgementData: NamedPersonalData = {
  module: 'judgements',
  tables: [
    {
      table: 'judgement.judgements',
      of: ['subject_id', 'facts{}'],
      // The subject of other kinds is a request or a project.
      only: { column: 'kind', values: OF_BUILDERS },
      by: ['decided_by', 'decided_user'],
      erase: {
        set: ERASED,
      },
    },
    mentions('judgement.rules', 'created_by'),
    mentions('judgement.thresholds', 'created_by'),
    mentions('judgement.oversight', 'set_by'),
    mentions('judgement.levels', 'set_by'),
  ],
  disclosure: {
    categories: ['Judgements: facts, reasons, outcome and who decided'],
    source: 'Figures of the company, rules, models and people',
    purpose: 'Deciding, and explaining decisions',
    sharedWith: [
      'The model providers that the company configured',
      'Langfuse, where the company connected it',
    ],
  },
  traces: (transaction, known) => tracesOf(transaction, OF_BUILDERS, known),
};
