import { sql } from 'kysely';
import type { PromptUsed } from '../models/prompt.ts';
import type { TenantTransaction } from '../platform/database/index.ts';
import type { Facts } from './facts.ts';
import type { JudgementView } from './schema.ts';
import type { Testimony } from './witness.ts';

/** What a reviewer sees of a judgement: with its subject and the facts it rests on. */
export interface ReviewedJudgement {
  view: JudgementView;
  subjectId: string;
  facts: Facts;
  traceId: string | null;
}

/** Judgements by their ids, as the API shows them. */
export async function findJudgements(
  transaction: TenantTransaction,
  ids: string[],
): Promise<Map<string, JudgementView>> {
  const found = await findWithFacts(transaction, ids);
  return new Map([...found].map(([id, { view }]) => [id, view]));
}

/** Judgements by their ids, with their facts. */
export async function findWithFacts(
  transaction: TenantTransaction,
  ids: string[],
): Promise<Map<string, ReviewedJudgement>> {
  if (ids.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('judgement.judgements')
    .selectAll()
    .where('id', 'in', ids)
    .execute();
  return new Map(
    rows.map((row) => {
      const { subject_id: subjectId, facts, trace_id: traceId } = row;
      return [row.id, { view: toView(row as never), subjectId, facts: facts as Facts, traceId }];
    }),
  );
}

/** The newest of the judgements that supersede one, or itself. */
export async function newestJudgement(transaction: TenantTransaction, judgementId: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    with recursive chain (id, place) as (
      select ${judgementId}::uuid, 0
      union all
      select later.id, chain.place + 1
      from judgement.judgements as later join chain on later.supersedes = chain.id
    )
    select id from chain order by place desc limit 1`.execute(transaction);
  return rows[0]?.id ?? judgementId;
}

/** A person who decided a judgement. */
export interface DecidedBy {
  name: string;
  /** Null for judgements from before users were kept with them. */
  userId: string | null;
}

/** Every person who decided a judgement, or one that it supersedes. */
export async function decidersOf(transaction: TenantTransaction, judgementId: string): Promise<DecidedBy[]> {
  const { rows } = await sql<DecidedBy>`
    with recursive chain (id, supersedes, decided_by, decided_user) as (
      select id, supersedes, decided_by, decided_user from judgement.judgements where id = ${judgementId}::uuid
      union all
      select earlier.id, earlier.supersedes, earlier.decided_by, earlier.decided_user
      from judgement.judgements as earlier join chain on chain.supersedes = earlier.id
    )
    select decided_by as name, decided_user as "userId" from chain where decided_by is not null`.execute(
    transaction,
  );
  return rows;
}

interface Row {
  id: string;
  kind: string;
  grade: JudgementView['grade'];
  outcome: string | null;
  proposal: JudgementView['proposal'];
  incomplete: JudgementView['incomplete'];
  score: number | null;
  coverage: number;
  confidence: number | null;
  needs_review: boolean;
  review_reasons: string[];
  engine: JudgementView['engine'];
  criteria: JudgementView['criteria'];
  testimony: Testimony | null;
  feedback: string;
  rules: JudgementView['rules'];
  prompt: PromptUsed | null;
  model: string | null;
  model_failure: JudgementView['modelFailure'];
  tokens_in: number;
  tokens_out: number;
  decided_by: string | null;
  reason: string | null;
  supersedes: string | null;
  dry_run: boolean;
  created_at: Date;
}

/** What proposals lack that were stored before they kept it. */
const WITHOUT_SCORE = { score: null, feedback: null };

/** A judgement as the API shows it. */
export function toView(row: Row): JudgementView {
  return {
    judgementId: row.id,
    kind: row.kind,
    grade: row.grade,
    outcome: row.outcome,
    proposal: row.proposal && { ...WITHOUT_SCORE, ...row.proposal },
    incomplete: row.incomplete,
    score: row.score,
    coverage: row.coverage,
    confidence: row.confidence,
    needsReview: row.needs_review,
    reviewReasons: row.review_reasons,
    engine: row.engine,
    criteria: row.criteria,
    claims: [...(row.testimony?.claims ?? [])],
    feedback: row.feedback,
    rules: row.rules,
    prompt: row.prompt,
    model: row.model,
    modelFailure: row.model_failure,
    tokensIn: row.tokens_in,
    tokensOut: row.tokens_out,
    decidedBy: row.decided_by,
    reason: row.reason,
    supersedes: row.supersedes,
    dryRun: row.dry_run,
    createdAt: row.created_at.toISOString(),
  };
}
