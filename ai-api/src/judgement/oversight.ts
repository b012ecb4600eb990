import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { TenantTransaction } from '../platform/database/index.ts';
import { type Grade, isWorse } from './grade.ts';
import type { Judged, JudgedByEngine } from './judge.ts';
import type { Kind } from './kind.ts';
import type { OversightMode } from './schema.ts';
import { restsOnReading, unheard } from './witness.ts';

/** How far a company lets engines go in a kind: never further than the kind itself allows. */
export interface Oversight {
  /** 0 where the company has set nothing. */
  version: number;
  mode: OversightMode;
  /** In kinds that grade: a grade below it is proposed to a person. Null where every grade counts at once. */
  gradeFloor: Grade | null;
}

const DEFAULT: Oversight = { version: 0, mode: 'on', gradeFloor: null };

/** A version with who set it, and why. */
export interface OversightRecord extends Oversight {
  kind: string;
  reason: string;
  setBy: string;
  setAt: Date;
}

/**
 * Lets what is stored by engines and what is set follow each other: once a mode is set, nothing is stored that it does
 * not allow, by any worker. Those who store do not wait for each other.
 */
async function lock(transaction: TenantTransaction, kind: string, how: 'store' | 'set'): Promise<void> {
  const take = sql.raw(how === 'set' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared');
  await sql`
    select ${take}(hashtextextended(platform.current_tenant()::text || ${kind}, 7303))`.execute(transaction);
}

/** What is in force for a kind, for as long as the transaction lasts. */
export async function oversightToStore(transaction: TenantTransaction, kind: string): Promise<Oversight> {
  await lock(transaction, kind, 'store');
  return oversightOf(transaction, kind);
}

/** As {@link oversightToStore}, for the transaction that changes it. */
export async function oversightToSet(transaction: TenantTransaction, kind: string): Promise<Oversight> {
  await lock(transaction, kind, 'set');
  return oversightOf(transaction, kind);
}

/** What is in force for a kind. */
async function oversightOf(transaction: TenantTransaction, kind: string): Promise<Oversight> {
  const [newest] = await oversightVersions(transaction, kind, null, 1);
  return newest ?? DEFAULT;
}

/** What a company set for a kind, newest first, before a version. */
export async function oversightVersions(
  transaction: TenantTransaction,
  kind: string,
  before: number | null,
  limit: number,
): Promise<OversightRecord[]> {
  let query = transaction
    .selectFrom('judgement.oversight')
    .selectAll()
    .where('kind', '=', kind)
    .orderBy('version', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('version', '<', before);
  return (await query.execute()).map((row) => ({
    kind: row.kind,
    version: row.version,
    mode: row.mode,
    gradeFloor: row.grade_floor as Grade | null,
    reason: row.reason,
    setBy: row.set_by,
    setAt: row.created_at,
  }));
}

/** Appends what a company sets for a kind, in a transaction that holds {@link oversightToSet}. */
export async function appendOversight(
  transaction: TenantTransaction,
  kind: string,
  { version, mode, gradeFloor }: Oversight,
  reason: string,
  setBy: string,
): Promise<void> {
  const values = { id: uuidv7(), kind, version, mode, grade_floor: gradeFloor, reason, set_by: setBy };
  // Of this moment, and not of when the transaction began: judgements that it waited for are older.
  const created_at = sql<Date>`clock_timestamp()`;
  await transaction
    .insertInto('judgement.oversight')
    .values({ ...values, created_at })
    .execute();
}

/**
 * What of a judgement may be stored under the oversight in force. What people judge is never touched.
 * @param whyWithheld why no engine may judge this person at all
 */
export function restrain(
  judged: Judged,
  kind: Kind | undefined,
  { mode, gradeFloor }: Oversight,
  whyWithheld: string | null = null,
): Judged {
  if (judged.engine === 'human') return judged;
  if (whyWithheld !== null) return withheld(judged, whyWithheld);
  if (mode === 'people') return withheld(judged, 'People decide this kind of judgement for now.');
  if (kind?.decides) return mode === 'propose' ? outcomeProposed(judged) : judged;
  const isLow =
    gradeFloor !== null && judged.grade !== 'insufficient evidence' && isWorse(judged.grade, gradeFloor);
  if (mode === 'propose') return gradeProposed(judged, 'Engines only propose grades for now.');
  return isLow ? gradeProposed(judged, `A grade below ${gradeFloor} takes a person.`) : judged;
}

/** An engine's part is left out, with what a model read: a person decides by the facts and what rules say of them. */
function withheld(judged: JudgedByEngine, reason: string): JudgedByEngine {
  return {
    ...judged,
    ...{ outcome: null, proposal: null, incomplete: [], confidence: null },
    ...{ grade: 'insufficient evidence', score: null },
    needsReview: true,
    reviewReasons: [reason],
    facts: unheard(judged.facts),
    testimony: judged.testimony && { ...judged.testimony, statements: null, claims: [] },
    criteria: judged.criteria.map((result) =>
      restsOnReading(result)
        ? {
            ...result,
            verdict: 'insufficient evidence',
            score: null,
            reason,
            evidence: [],
            decidedBy: null,
            rule: null,
          }
        : result,
    ),
    feedback: reason,
  };
}

function outcomeProposed(judged: JudgedByEngine): JudgedByEngine {
  const { outcome, answerWithinHours: withinHours, feedback } = judged;
  if (outcome === null) return judged;
  const reason = `Engines only propose for now: ${outcome}.`;
  return {
    ...judged,
    outcome: null,
    proposal: { outcome, grade: null, score: null, feedback: null, reasons: [reason, feedback], withinHours },
    needsReview: true,
    reviewReasons: [reason],
    feedback: `${reason}\n${feedback}`,
  };
}

function gradeProposed(judged: JudgedByEngine, reason: string): JudgedByEngine {
  const { grade, score, feedback, answerWithinHours: withinHours } = judged;
  if (grade === 'insufficient evidence') return judged;
  return {
    ...judged,
    ...{ grade: 'insufficient evidence', score: null },
    proposal: { outcome: null, grade, score, feedback, reasons: [reason], withinHours },
    needsReview: true,
    reviewReasons: [`${reason} ${grade} is proposed.`],
    feedback: 'A person looks at this week before it is graded.',
  };
}
