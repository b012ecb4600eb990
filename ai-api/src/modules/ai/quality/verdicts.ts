import { sql } from 'kysely';
import type { Grade } from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { DECISION_CONFIG, GRADE_CONFIG, REASONS_CONFIG, REMARK_CONFIG } from './schema.ts';

/** What the reviewers of a judgement said of it together. */
export interface Verdict {
  /** The grade that all its reviewers would have given; null when there is none, or they disagree. */
  grade: Grade | null;
  /** A reviewer would have decided otherwise, or found a reason that does not follow from its evidence. */
  isFaulted: boolean;
  /** Their remarks and comments, oldest first. */
  said: string[];
  /** It was drawn by chance for review, so that it represents those that were not. */
  isRandom: boolean;
}

interface Row {
  judgementId: string;
  config: string;
  textValue: string | null;
  numberValue: number | null;
  comment: string | null;
  isRandom: boolean;
}

/** Scores that are read at most. */
const MAX_SCORES = 20_000;
const READ = [GRADE_CONFIG, DECISION_CONFIG, REASONS_CONFIG, REMARK_CONFIG];

/** Verdicts on the newest reviewed judgements of a kind, by the id of the judgement. */
export function verdictsOfKind(transaction: TenantTransaction, kind: string): Promise<Map<string, Verdict>> {
  return verdicts(transaction, { kind });
}

/** Verdicts on those of these judgements that were reviewed, by the id of the judgement. */
export function verdictsOn(
  transaction: TenantTransaction,
  judgementIds: readonly string[],
): Promise<Map<string, Verdict>> {
  return verdicts(transaction, { judgementIds });
}

async function verdicts(
  transaction: TenantTransaction,
  { kind, judgementIds }: { kind?: string; judgementIds?: readonly string[] },
): Promise<Map<string, Verdict>> {
  if (judgementIds?.length === 0) return new Map();
  let query = transaction
    .selectFrom('quality.scores as score')
    .leftJoin('quality.reviews as review', (join) =>
      join
        .onRef('review.tenant_id', '=', 'score.tenant_id')
        .onRef('review.judgement_id', '=', 'score.judgement_id'),
    )
    .select(['score.judgement_id as judgementId', 'score.config', 'score.comment'])
    .select(['score.text_value as textValue', 'score.number_value as numberValue'])
    .select((eb) => eb.fn.coalesce('review.is_random', eb.lit(false)).as('isRandom'))
    .where('score.is_current', '=', true)
    .where('score.config', 'in', READ)
    .orderBy('score.id', 'desc');
  if (kind !== undefined) query = query.where('score.kind', '=', kind).limit(MAX_SCORES);
  if (judgementIds) query = query.where(sql<boolean>`score.judgement_id = any(${[...judgementIds]}::uuid[])`);
  const rows: Row[] = await query.execute();
  const grouped = Map.groupBy(rows.toReversed(), ({ judgementId }) => judgementId);
  return new Map([...grouped].map(([judgementId, scores]) => [judgementId, verdictOf(scores)]));
}

function verdictOf(scores: readonly Row[]): Verdict {
  const grades = new Set(scores.filter(({ config }) => config === GRADE_CONFIG).map((one) => one.textValue));
  const [grade] = grades;
  return {
    grade: grades.size === 1 ? (grade as Grade) : null,
    isFaulted: scores.some(
      ({ config, numberValue }) =>
        (config === DECISION_CONFIG || config === REASONS_CONFIG) && numberValue === 0,
    ),
    said: scores
      .flatMap(({ config, textValue, comment }) => [config === REMARK_CONFIG ? textValue : null, comment])
      .filter((text) => text !== null),
    isRandom: scores.some(({ isRandom }) => isRandom),
  };
}
