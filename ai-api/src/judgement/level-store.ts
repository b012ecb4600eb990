import { v7 as uuidv7 } from 'uuid';
import type { TenantTransaction } from '../platform/database/index.ts';
import type { Level } from './level.ts';
import { changedParts, type MeasuredWith } from './measured-with.ts';
import type { Thresholds } from './thresholds.ts';

/**
 * What became of a level: no threshold keeps it; one is found and only recorded; a person switched it on; it was kept,
 * and does not count any more.
 */
export type LevelState = 'none' | 'shadow' | 'on' | 'withdrawn';

/** A version of what a company asks of what is granted alone in a kind. */
export interface LevelRecord extends Level {
  kind: string;
  version: number;
  state: LevelState;
  /** Granted alone from this score (0 to 100) on; null where no threshold was found. */
  score: number | null;
  measuredWith: MeasuredWith;
  /** Version of the thresholds that were in force: a person who sets others takes the level out of force. */
  thresholdsVersion: number;
  since: Date;
  /** Only judgements from then on are cases; null where all are. */
  casesFrom: Date | null;
  reason: string;
  setBy: string;
  setAt: Date;
}

/** A level that was switched on. */
export type LevelInForce = Pick<LevelRecord, 'score' | 'measuredWith' | 'thresholdsVersion'>;

/**
 * What decides a judgement: the level, where it is switched on and the judgement comes from what the level was measured
 * with, else the thresholds by themselves.
 */
export function thresholdsBy(
  level: LevelInForce | null,
  thresholds: Thresholds,
  used: MeasuredWith,
): Thresholds {
  if (!level || level.score === null || level.thresholdsVersion !== thresholds.version) return thresholds;
  return changedParts(level.measuredWith, used).length > 0
    ? thresholds
    : { ...thresholds, yesFrom: level.score };
}

/** The level of a kind that is switched on at a moment; null where none is. */
export async function levelInForce(
  transaction: TenantTransaction,
  kind: string,
  asOf: Date,
): Promise<LevelInForce | null> {
  const newest = await newestLevel(transaction, kind, asOf);
  return newest?.state === 'on' ? newest : null;
}

/** The newest version of the level of a kind by a moment; null where a company named none. */
export async function newestLevel(
  transaction: TenantTransaction,
  kind: string,
  asOf?: Date,
): Promise<LevelRecord | null> {
  let query = transaction
    .selectFrom('judgement.levels')
    .selectAll()
    .where('kind', '=', kind)
    .orderBy('version', 'desc')
    .limit(1);
  if (asOf) query = query.where('created_at', '<=', asOf);
  const row = await query.executeTakeFirst();
  return row ? recordOf(row) : null;
}

/** Versions of the level of a kind, newest first, before a version. */
export async function levelVersions(
  transaction: TenantTransaction,
  kind: string,
  before: number | null,
  limit: number,
): Promise<LevelRecord[]> {
  let query = transaction
    .selectFrom('judgement.levels')
    .selectAll()
    .where('kind', '=', kind)
    .orderBy('version', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('version', '<', before);
  return (await query.execute()).map(recordOf);
}

/**
 * Appends a version of a level; false when that version is there already.
 * @param level `since` is now where it is left out
 */
export async function appendLevel(
  transaction: TenantTransaction,
  level: Omit<LevelRecord, 'setAt' | 'since'> & { since?: Date | undefined },
): Promise<boolean> {
  const row = await transaction
    .insertInto('judgement.levels')
    .values({
      id: uuidv7(),
      kind: level.kind,
      version: level.version,
      confidence: level.confidence,
      agreement: level.agreement,
      state: level.state,
      score: level.score,
      engine: JSON.stringify(level.measuredWith),
      thresholds_version: level.thresholdsVersion,
      cases_from: level.casesFrom,
      reason: level.reason,
      set_by: level.setBy,
      ...(level.since ? { since: level.since } : {}),
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'kind', 'version']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

interface Row {
  kind: string;
  version: number;
  confidence: number;
  agreement: number;
  state: LevelState;
  score: number | null;
  engine: object;
  thresholds_version: number;
  since: Date;
  cases_from: Date | null;
  reason: string;
  set_by: string;
  created_at: Date;
}

function recordOf(row: Row): LevelRecord {
  return {
    kind: row.kind,
    version: row.version,
    confidence: row.confidence,
    agreement: row.agreement,
    state: row.state,
    score: row.score,
    measuredWith: row.engine as MeasuredWith,
    thresholdsVersion: row.thresholds_version,
    since: row.since,
    casesFrom: row.cases_from,
    reason: row.reason,
    setBy: row.set_by,
    setAt: row.created_at,
  };
}
