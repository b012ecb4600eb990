import { v7 as uuidv7 } from 'uuid';
import type { TenantTransaction } from '../platform/database/index.ts';

/**
 * When a deciding kind is sure enough. The score (0 to 100) is read as a probability of "yes" by a logistic curve
 * (Platt scaling) of `slope` and `intercept`.
 * @see https://www.researchgate.net/publication/2594015 Platt 1999
 */
export interface Thresholds {
  /** 0 is what the platform comes with: chosen, not measured. */
  version: number;
  yesAt: number;
  noAt: number;
  slope: number;
  intercept: number;
  /** Set while a level is switched on: yes from this score (0 to 100) on, in the place of `yesAt`. */
  yesFrom?: number;
}

/** Before anything was fitted: 50 is even, a score of 77 is 0.9. */
export const DEFAULT_THRESHOLDS: Thresholds = {
  version: 0,
  yesAt: 0.9,
  noAt: 0.9,
  slope: 1 / 12,
  intercept: -50 / 12,
};

/** Probability of "yes" at a score, to three decimals. */
export function probabilityOf(
  score: number,
  { slope, intercept }: Pick<Thresholds, 'slope' | 'intercept'>,
): number {
  return Math.round(1000 / (1 + Math.exp(-(slope * score + intercept)))) / 1000;
}

/** Whether a score (0 to 100) is high enough for a yes. */
export function isYes(score: number, thresholds: Thresholds): boolean {
  const { yesAt, yesFrom } = thresholds;
  return yesFrom === undefined ? probabilityOf(score, thresholds) >= yesAt : score >= yesFrom;
}

/** Appends a version of a kind's thresholds; false when that version is there already. */
export async function appendThresholds(
  transaction: TenantTransaction,
  kind: string,
  { version, yesAt, noAt, slope, intercept }: Thresholds,
  reason: string,
  createdBy: string,
): Promise<boolean> {
  const row = await transaction
    .insertInto('judgement.thresholds')
    .values({
      id: uuidv7(),
      kind,
      version,
      yes_at: yesAt,
      no_at: noAt,
      slope,
      intercept,
      reason,
      created_by: createdBy,
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'kind', 'version']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** The thresholds of a kind in force at a moment: the company's own, or those that the kind comes with. */
export async function activeThresholds(
  transaction: TenantTransaction,
  kind: { name: string; thresholds?: Omit<Thresholds, 'version'> },
  asOf: Date,
): Promise<Thresholds> {
  const row = await transaction
    .selectFrom('judgement.thresholds')
    .select(['version', 'yes_at', 'no_at', 'slope', 'intercept'])
    .where('kind', '=', kind.name)
    .where('created_at', '<=', asOf)
    .orderBy('version', 'desc')
    .executeTakeFirst();
  if (!row) return kind.thresholds ? { ...kind.thresholds, version: 0 } : DEFAULT_THRESHOLDS;
  const { version, yes_at, no_at, slope, intercept } = row;
  return { version, yesAt: yes_at, noAt: no_at, slope, intercept };
}
