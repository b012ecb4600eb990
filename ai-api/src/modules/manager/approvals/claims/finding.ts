import type { HeldClaim } from '../../../../judgement/index.ts';
import type { WorkRecord } from './matching.ts';
import { labelOf } from './spans.ts';
import type { ClaimStatement } from './statement.ts';

/** What a claim turned out to contradict. */
export type Conflict = 'project' | 'day' | 'hours' | 'time';

/** A claim with what it means for the facts. */
export interface Finding {
  claim: HeldClaim;
  conflict?: Conflict;
  /** The record that bears it out. */
  by?: WorkRecord;
}

/** One claim with what it was held against. */
export function finding(
  { kind, quote }: ClaimStatement,
  verdict: HeldClaim['verdict'],
  record: WorkRecord | string | null,
  note: string,
): Finding {
  const held = record === null || typeof record === 'string' ? record : labelOf(record);
  return { claim: { kind, words: quote, verdict, record: held, note } };
}
