import type { Database } from '../../../platform/database/index.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import type { CountedPromise } from '../../../platform/promises.ts';
import { countAnswers } from './store.ts';

const DAYS = 180;

/** What is promised to those who contest: an answer by the deadline. */
export function contestPromises(database: Database, now: () => Date): CountedPromise[] {
  return [
    {
      id: 'contests-are-answered',
      says: 'A person answers a contest by its deadline.',
      count: (tenantId) =>
        database.withTenant(tenantId, async (transaction) => {
          const since = new Date(now().getTime() - DAYS * DAY_MS);
          const { due, late, medianHours } = await countAnswers(transaction, since, now());
          return {
            of: `contests of the last ${DAYS} days that were answered or are past their deadline`,
            checked: due,
            broken: late,
            note: medianHours === null ? null : `Half of the answers came within ${said(medianHours)}.`,
          };
        }),
    },
  ];
}

/** A time as people say it: "6 hours", "2.5 days". */
function said(hours: number): string {
  const [value, unit] =
    hours < 48 ? [Math.max(1, Math.ceil(hours)), 'hour'] : [Math.ceil(hours / 2.4) / 10, 'day'];
  return `${value} ${unit}${value === 1 ? '' : 's'}`;
}
