import { sql } from 'kysely';
import type { TenantTransaction } from '../platform/database/index.ts';
import { grantedUpTo } from './decide.ts';
import type { Facts } from './facts.ts';
import type { Kind } from './kind.ts';
import { type MeasuredWith, measuredWith } from './measured-with.ts';
import { correctionsOf } from './past.ts';
import type { CriterionResult } from './schema.ts';

/** A judgement of an engine as levels see it. */
export interface JudgedCase {
  judgementId: string;
  subjectId: string;
  createdAt: Date;
  /** It is granted alone at every threshold up to this score; null at none. */
  score: number | null;
  /** Whether it was granted alone then. */
  isGranted: boolean;
  measuredWith: MeasuredWith;
  /** A model took part. */
  wasRead: boolean;
  /** What people decided last; null where they decided nothing. */
  human: string | null;
}

/**
 * What engines judged in a kind, newest first, with what people decided. Left out are dry runs, judgements whose facts
 * were erased, and those that another judgement of an engine took the place of.
 * @param asking keys of the rules in force that ask for a person: what they decided is granted alone at no threshold
 */
export async function judgedCases(
  transaction: TenantTransaction,
  kind: Kind,
  asking: ReadonlySet<string>,
  limit: number,
): Promise<JudgedCase[]> {
  const { decides } = kind;
  if (!decides) return [];
  const rows = await transaction
    .selectFrom('judgement.judgements as past')
    .select(['id', 'subject_id', 'criteria', 'rules', 'prompt', 'model', 'outcome', 'created_at'])
    .select(sql<Facts[string] | null>`facts -> ${kind.settings ?? ''}`.as('settings'))
    .where('kind', '=', kind.name)
    .where('engine', '!=', 'human')
    .where('dry_run', '=', false)
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('judgement.judgements as later')
            .select('later.id')
            .whereRef('later.supersedes', '=', 'past.id')
            .where('later.engine', '!=', 'human'),
        ),
      ),
    )
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  const corrections = await correctionsOf(
    transaction,
    rows.map(({ id }) => id),
  );
  return rows.flatMap((row): JudgedCase[] => {
    const criteria = row.criteria as unknown as CriterionResult[];
    if (criteria.length === 0) return [];
    const asks = criteria
      .filter(({ rule }) => rule !== null && asking.has(rule.key))
      .map(({ reason }) => reason);
    const facts = kind.settings !== undefined && row.settings ? { [kind.settings]: row.settings } : {};
    return [
      {
        judgementId: row.id,
        subjectId: row.subject_id,
        createdAt: row.created_at,
        score: grantedUpTo(kind.criteria, criteria, decides, asks),
        isGranted: row.outcome === decides.yes,
        measuredWith: measuredWith(kind, { ...row, facts }),
        wasRead: row.prompt !== null,
        human: corrections.get(row.id)?.outcome ?? null,
      },
    ];
  });
}
