import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { AdverseCount } from '../../../platform/promises.ts';
import { actedOnByPeople } from './store.ts';

/** An outcome that is adverse for a person, as a row has it. */
export interface Outcome {
  /** Of the entries about it, such as `plan:<id>`. */
  subject: string;
  /** Operations by which a person decides it. */
  operations: readonly string[];
  /** False where the row itself does not say that a person decided. */
  namesPerson: boolean;
  at: Date;
}

/**
 * Counts outcomes that no person decided: the row does not name one, or the trail has no entry of one of the operations
 * by a person. The trail is the better witness: who writes a row can name anyone in it.
 */
export async function adverseBy(
  transaction: TenantTransaction,
  of: string,
  outcomes: readonly Outcome[],
): Promise<AdverseCount> {
  const lists = new Map(outcomes.map(({ operations }) => [operations.join(' '), operations]));
  const witnessed = new Map<string, Set<string>>();
  for (const [key, operations] of lists) {
    const subjects = outcomes.filter((one) => one.operations.join(' ') === key).map(({ subject }) => subject);
    witnessed.set(key, await actedOnByPeople(transaction, subjects, operations));
  }
  const broken = outcomes.filter(
    ({ subject, operations, namesPerson }) =>
      !namesPerson || !witnessed.get(operations.join(' '))?.has(subject),
  );
  const newest = broken.reduce<Date | null>((latest, { at }) => (latest && latest > at ? latest : at), null);
  return { of, checked: outcomes.length, broken: broken.length, newest };
}
