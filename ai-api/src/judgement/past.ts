import type { TenantTransaction } from '../platform/database/index.ts';
import type { Facts } from './facts.ts';
import type { Decided } from './replay.ts';
import type { CriterionResult, Proposal } from './schema.ts';

/** A stored judgement with the facts it rested on, and what people made of it. */
export interface PastJudgement extends Decided {
  judgementId: string;
  subjectId: string;
  facts: Facts;
  criteria: readonly CriterionResult[];
  /** A model was asked, and answered. */
  wasAsked: boolean;
  promptVersion: number | null;
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

/** Judgements by rules and models, newest first, without those of dry runs. Those of people are told with what they took the place of. */
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
  return rows.map((row) => ({
    judgementId: row.id,
    subjectId: row.subject_id,
    grade: row.grade as Decided['grade'],
    outcome: row.outcome,
    proposed: (row.proposal as unknown as Proposal | null)?.outcome ?? null,
    score: row.score,
    needsReview: row.needs_review,
    facts: row.facts as unknown as Facts,
    criteria: row.criteria as unknown as CriterionResult[],
    wasAsked: row.prompt !== null && row.model_failure === null,
    promptVersion: typeof row.prompt?.version === 'number' ? row.prompt.version : null,
    createdAt: row.created_at,
    human: corrections.get(row.id) ?? null,
  }));
}

/** What people decided last in the place of judgements: a correction may have been corrected itself. */
async function correctionsOf(
  transaction: TenantTransaction,
  ids: string[],
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
