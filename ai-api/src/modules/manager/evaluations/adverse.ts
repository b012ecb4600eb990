import { type Grade, gradesOf, isWorse } from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { AdverseCount } from '../../../platform/promises.ts';
import { everyGrade } from './store.ts';

/**
 * Grades that the table shows lower than the judgement they rest on, or without one: no one gave them. Grades as they were
 * judged are counted with the judgements.
 */
export async function countGrades(transaction: TenantTransaction): Promise<AdverseCount> {
  const rows = await everyGrade(transaction);
  const judged = await gradesOf(
    transaction,
    rows.flatMap(({ judgement_id }) => judgement_id ?? []),
  );
  const lowered = rows.filter(({ grade, judgement_id }) => {
    const given = judgement_id === null ? null : (judged.get(judgement_id) ?? grade);
    return given === null || isWorse(grade as Grade, given as Grade);
  });
  const newest = lowered.reduce<Date | null>(
    (latest, { updated_at: at }) => (latest && latest > at ? latest : at),
    null,
  );
  return { of: 'grades that no judgement gave', checked: lowered.length, broken: lowered.length, newest };
}
