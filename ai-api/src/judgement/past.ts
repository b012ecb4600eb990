import { type RawBuilder, sql } from 'kysely';
import type { TenantTransaction } from '../platform/database/index.ts';
import type { Facts } from './facts.ts';
import { GRADES, type Grade } from './grade.ts';
import type { Decided } from './replay.ts';
import type { CriterionResult, Proposal, ToMend } from './schema.ts';
import type { Testimony } from './witness.ts';

/** A stored judgement with the facts it rested on, and what people made of it. */
export interface PastJudgement extends Decided {
  judgementId: string;
  subjectId: string;
  facts: Facts;
  criteria: readonly CriterionResult[];
  /** What a text was found to claim, in kinds with a witness; null where nothing was heard. */
  testimony: Testimony | null;
  /** A model was asked, and answered. */
  wasAsked: boolean;
  promptVersion: number | null;
  /** Engines were only allowed to propose the grade, so that a person was needed whatever they judged. */
  isGradeProposed: boolean;
  createdAt: Date;
  /** The newest decision of a person that took its place. */
  human: { grade: Decided['grade']; outcome: string | null; reason: string | null } | null;
}

interface Wanted {
  kind: string;
  limit: number;
  /** Only those that a person corrected. */
  corrected?: boolean;
  /** Only judgements with these ids. */
  ids?: readonly string[];
}

/** Judgements by rules and models, newest first, without those of dry runs. The grade is what the engine judged, also where it was only proposed. */
export async function pastJudgements(
  transaction: TenantTransaction,
  { kind, limit, corrected = false, ids }: Wanted,
): Promise<PastJudgement[]> {
  if (ids?.length === 0) return [];
  let query = transaction
    .selectFrom('judgement.judgements as past')
    .selectAll()
    .where('kind', '=', kind)
    .where('engine', '!=', 'human')
    .where('dry_run', '=', false)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit);
  if (ids) query = query.where('id', 'in', [...ids]);
  if (corrected)
    query = query.where((where) =>
      where.exists(
        where
          .selectFrom('judgement.judgements as human')
          .select('human.id')
          .whereRef('human.supersedes', '=', 'past.id')
          .where('human.engine', '=', 'human'),
      ),
    );
  const rows = await query.execute();
  const corrections = await correctionsOf(
    transaction,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => {
    const proposal = row.proposal as unknown as Proposal | null;
    return {
      judgementId: row.id,
      subjectId: row.subject_id,
      grade: proposal?.grade ?? (row.grade as Decided['grade']),
      outcome: row.outcome,
      proposed: proposal?.outcome ?? null,
      incomplete: (row.incomplete as unknown as ToMend[]).length > 0,
      score: row.score ?? proposal?.score ?? null,
      needsReview: row.needs_review,
      facts: row.facts as unknown as Facts,
      criteria: row.criteria as unknown as CriterionResult[],
      testimony: row.testimony as unknown as Testimony | null,
      wasAsked: row.prompt !== null && row.model_failure === null,
      promptVersion: typeof row.prompt?.version === 'number' ? row.prompt.version : null,
      isGradeProposed: Boolean(proposal?.grade),
      createdAt: row.created_at,
      human: corrections.get(row.id) ?? null,
    };
  });
}

/** What people decided last in the place of judgements: a correction may have been corrected itself. */
export async function correctionsOf(
  transaction: TenantTransaction,
  ids: readonly string[],
): Promise<Map<string, NonNullable<PastJudgement['human']>>> {
  const corrections = new Map<string, NonNullable<PastJudgement['human']>>();
  let origins = new Map(ids.map((id) => [id, id]));
  while (origins.size > 0) {
    const rows = await transaction
      .selectFrom('judgement.judgements')
      .select(['id', 'grade', 'outcome', 'reason', 'supersedes'])
      .where('supersedes', 'in', [...origins.keys()])
      .where('engine', '=', 'human')
      .execute();
    const next = new Map<string, string>();
    for (const { id, grade, outcome, reason, supersedes } of rows) {
      const origin = origins.get(supersedes as string) as string;
      corrections.set(origin, { grade: grade as Decided['grade'], outcome, reason });
      next.set(id, origin);
    }
    origins = next;
  }
  return corrections;
}

/** How judgements went: what a model was asked, and how many lack facts. */
export interface JudgementSummary {
  /** Judgements that a model was asked for. */
  asked: number;
  /** Of them, those that it could not be used for. */
  failed: number;
  firstFailure: string | null;
  /** Those whose fact of this path is above 0. */
  lacking: number;
}

/** Sums up judgements; `fact` is the path of a number such as `['data', 'gaps']`. */
export async function summaryOfJudgements(
  transaction: TenantTransaction,
  ids: readonly string[],
  fact: readonly string[],
): Promise<JudgementSummary> {
  const { rows } = await sql<JudgementSummary>`
    select count(model)::int as asked,
      count(model_failure)::int as failed,
      (array_agg(model_failure->>'message' order by id) filter (where model_failure is not null))[1] as "firstFailure",
      count(*) filter (where jsonb_typeof(facts #> ${[...fact]}) = 'number'
        and (facts #>> ${[...fact]})::numeric > 0)::int as lacking
    from judgement.judgements
    where id = any(${[...ids]}::uuid[])`.execute(transaction);
  return rows[0] as JudgementSummary;
}

/** What was decided in a kind without a person, and how many of these judgements have one of some outcomes. */
export interface EngineCount {
  decided: number;
  adverse: number;
  /** When the newest with such an outcome was made. */
  newest: Date | null;
}

/**
 * Counts the judgements of a kind that engines made, and those with one of these outcomes. One that calls itself a
 * person's and names no user counts with them. Dry runs decide nothing.
 */
export async function countByEngines(
  transaction: TenantTransaction,
  kind: string,
  outcomes: readonly string[],
): Promise<EngineCount> {
  const isAdverse = sql`outcome = any(${[...outcomes]}::text[])`;
  const { rows } = await sql<EngineCount>`
    select count(*)::int as decided,
      (count(*) filter (where ${isAdverse}))::int as adverse,
      max(created_at) filter (where ${isAdverse}) as newest
    from judgement.judgements
    where kind = ${kind} and (engine <> 'human' or decided_by is null or decided_user is null) and not dry_run`.execute(
    transaction,
  );
  return rows[0] ?? { decided: 0, adverse: 0, newest: null };
}

/**
 * Counts the grades of a kind that are adverse, and those of them that no person gave: an engine's below the floor that
 * the company had named by then, and a person's that is lower than the one before it, or is given where there was none,
 * and names no user.
 */
export async function countAdverseGrades(transaction: TenantTransaction, kind: string): Promise<EngineCount> {
  const rank = (grade: RawBuilder<unknown>) => sql`array_position(${[...GRADES]}::text[], ${grade})`;
  const { rows } = await sql<EngineCount>`
    select count(*)::int as decided, (count(*) filter (where broken))::int as adverse,
      max(created_at) filter (where broken) as newest
    from (
      select own.created_at, own.engine <> 'human' or own.decided_user is null as broken
      from judgement.judgements own
      left join judgement.judgements before on before.id = own.supersedes
      left join lateral (
        select grade_floor from judgement.oversight
        where oversight.kind = own.kind and oversight.created_at <= own.created_at
        order by version desc limit 1) floor on true
      where own.kind = ${kind} and not own.dry_run and own.grade <> 'insufficient evidence'
        and case when own.engine = 'human'
          then before.grade = 'insufficient evidence' or ${rank(sql`own.grade`)} > ${rank(sql`before.grade`)}
          else ${rank(sql`own.grade`)} > ${rank(sql`floor.grade_floor`)} end
    ) adverse`.execute(transaction);
  return rows[0] ?? { decided: 0, adverse: 0, newest: null };
}

/** The grades of judgements by their ids. */
export async function gradesOf(
  transaction: TenantTransaction,
  ids: readonly string[],
): Promise<Map<string, Grade>> {
  const { rows } = await sql<{ id: string; grade: Grade }>`
    select id, grade from judgement.judgements where id = any(${[...ids]}::uuid[])`.execute(transaction);
  return new Map(rows.map(({ id, grade }) => [id, grade]));
}

/** The judgements of these that have one of some outcomes. */
export async function withOutcome(
  transaction: TenantTransaction,
  ids: readonly string[],
  outcomes: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select id from judgement.judgements
    where id = any(${[...ids]}::uuid[]) and outcome = any(${[...outcomes]}::text[])`.execute(transaction);
  return new Set(rows.map(({ id }) => id));
}

/** The newest judgements of these kinds that engines made, by their ids, before one. */
export async function newestByEngines(
  transaction: TenantTransaction,
  kinds: readonly string[],
  limit: number,
  before: string | null = null,
): Promise<string[]> {
  let query = transaction
    .selectFrom('judgement.judgements')
    .select('id')
    .where('kind', 'in', kinds)
    .where('engine', '<>', 'human')
    .where('dry_run', '=', false)
    .orderBy('id', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('id', '<', before);
  return (await query.execute()).map(({ id }) => id);
}
