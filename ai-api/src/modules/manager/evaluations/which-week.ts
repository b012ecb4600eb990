import { Problem } from '../../../http/problem.ts';
import type { Database } from '../../../platform/database/index.ts';
import { addWeeks, weekOf } from '../../../platform/week.ts';
import type { People } from '../../shared/people/index.ts';
import type { Tenancy } from '../../shared/tenancy/index.ts';
import { officialRun } from './run-store.ts';

export interface WeekWanted {
  week?: string | undefined;
  dryRun: boolean;
  /** Judge a week in which no builder has figures. */
  allowEmpty: boolean;
}

interface Needs {
  database: Database;
  people: Pick<People, 'roster' | 'hasFigures' | 'newestWeekWithFigures' | 'sourcesKnow'>;
  settingsOf: Tenancy['settingsOf'];
  now: () => Date;
}

/**
 * Which week to judge: the one that was asked for, else the newest complete week in which a builder has figures. A
 * week is complete when it has ended where the company is. Connected sources are asked about a week that was not
 * imported.
 */
export function createWeekChoice({ database, people, settingsOf, now }: Needs) {
  /**
   * @throws {Problem} WEEK_INVALID for a week to come, NOTHING_TO_EVALUATE without builders, WEEK_EMPTY when no
   *   builder has figures and it is not a dry run, nor allowed
   */
  return async (tenantId: string, wanted: WeekWanted, signal: AbortSignal): Promise<string> => {
    const known = await database.withTenant(tenantId, async (transaction) => {
      const { timezone } = await settingsOf(transaction);
      const thisWeek = weekOf(now(), timezone);
      const week = wanted.week ?? addWeeks(thisWeek, -1);
      if (week > thisWeek)
        throw new Problem('WEEK_INVALID', `${week} has not begun yet; this is week ${thisWeek}.`);
      const roster = await people.roster(transaction);
      if (roster.length === 0) throw new Problem('NOTHING_TO_EVALUATE', 'Import builders first.');
      return {
        week,
        builderIds: roster.map(({ builder_id }) => builder_id),
        isSettled:
          (wanted.week !== undefined && mayBeEmpty(wanted)) ||
          (await people.hasFigures(transaction, week)) ||
          (wanted.week !== undefined && (await officialRun(transaction, week)) !== undefined),
        newest: await people.newestWeekWithFigures(transaction, addWeeks(thisWeek, -1)),
      };
    });
    if (known.isSettled || (await people.sourcesKnow(known.builderIds, known.week, signal)))
      return known.week;
    if (wanted.week === undefined && known.newest !== undefined) return known.newest;
    if (mayBeEmpty(wanted)) return known.week;
    throw new Problem('WEEK_EMPTY', emptiness(known.week, known.newest));
  };
}

/** A dry run sends nothing, so an empty week does no harm. */
function mayBeEmpty({ dryRun, allowEmpty }: WeekWanted): boolean {
  return dryRun || allowEmpty;
}

function emptiness(week: string, newest: string | undefined): string {
  const instead = newest
    ? `The newest week with figures is ${newest}.`
    : 'Import weekly metrics, or connect a source.';
  return `No builder has figures for ${week}, so no grade would be given. ${instead} To judge it anyway, set allowEmpty.`;
}
