import { daysOf } from '../../../../platform/week.ts';
import type { Roster } from '../compute/people.ts';
import { protect } from './protect.ts';
import type { Span } from './service.ts';
import type { ActivityRow } from './store.ts';

/** Members with activity, of all members: the group that decides what is shown is the members. */
export async function adoptionOf(
  rows: readonly Pick<ActivityRow, 'week' | 'owner'>[],
  { members }: Pick<Roster, 'members'>,
  { weeks, to }: Span,
  monthFrom: string,
) {
  const shown = await protect(members.map(({ person, team }) => ({ person, groups: [team] })));
  const activeIn = (from: string, until: string) =>
    new Set(rows.filter(({ week }) => week >= from && week <= until).map(({ owner }) => owner));
  const last = daysOf(to).monday;
  const useOf = (of: typeof members, active: ReadonlySet<string>) => {
    const count = of.filter(({ person }) => active.has(person)).length;
    return {
      active: count,
      members: of.length,
      share: of.length === 0 ? null : Math.round((10_000 * count) / of.length) / 10_000,
    };
  };
  const names = [...new Set(members.map(({ team }) => team))].sort();
  const teams = names
    .filter((team) => shown.total && shown.has(0, team))
    .map((team) => ({
      team,
      ...useOf(
        members.filter((one) => one.team === team),
        activeIn(last, last),
      ),
    }));
  const ofMonth = useOf(members, activeIn(monthFrom, last)).active;
  const company = shown.total && members.length > 0 ? useOf(members, activeIn(last, last)) : null;
  return {
    company,
    teams,
    hiddenTeams: names.length - teams.length,
    stickiness: company && {
      numerator: company.active,
      denominator: ofMonth,
      value: ofMonth === 0 ? null : Math.round((10_000 * company.active) / ofMonth) / 10_000,
      weeks: 1,
    },
    trend: weeks.map((week) => {
      const { monday } = daysOf(week);
      return {
        week,
        active: company && useOf(members, activeIn(monday, monday)).active,
        members: company && members.length,
      };
    }),
  };
}
