import { invalidField } from '../../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import { addWeeks, daysOf, weekOf } from '../../../../platform/week.ts';
import { type Roster, type RosterNeeds, rosterOf } from '../compute/people.ts';
import {
  amountOf,
  COMPARED,
  differenceOf,
  FIGURES,
  type Figure,
  ofCompany,
  ofGroup,
  ofPerson,
  type Ratio,
  type Read,
  ratioOf,
} from './figures.ts';
import { assistantOf, SECOND, TEAM, type Week, weeksOf } from './measures.ts';
import { MIN_PEOPLE, protect } from './protect.ts';
import { type ActivityRow, activityIn, commitsIn, commitTokensIn } from './store.ts';

export const CAUTION =
  'Correlation, not cause: commits with a link differ from others in more than the link.';
export const NO_TEAM = 'No team';

const WEEKS_OF_MONTH = 4;

export interface Asked {
  to?: string | undefined;
  weeks: number;
}

/** Whole weeks that are over. */
export interface Span {
  from: string;
  to: string;
  /** ISO weeks, oldest first. */
  weeks: string[];
  days: { from: string; to: string };
}

interface Setup extends RosterNeeds {
  database: Database;
  now: () => Date;
}

export type TeamFigures = ReturnType<typeof createTeamFigures>;

/** Figures of the company, its teams, assistants and repositories, and one's own. */
export function createTeamFigures({ database, now, ...needs }: Setup) {
  /** @throws {import('../../../../http/problem.ts').Problem} INVALID_INPUT for a week that is not over */
  function spanOf({ to: given, weeks: count }: Asked): Span {
    const newest = addWeeks(weekOf(now()), -1);
    const to = given ?? newest;
    if (to > newest) throw invalidField('to', `must be a week that is over, such as ${newest}`);
    const weeks = Array.from({ length: count }, (_, n) => addWeeks(to, n + 1 - count));
    const from = weeks[0] as string;
    return {
      from,
      to,
      weeks,
      days: { from: daysOf(from).monday, to: daysOf(addWeeks(to, 1)).monday },
    };
  }

  const inSpan = <T>(
    tenantId: string,
    asked: Asked,
    work: (transaction: TenantTransaction, span: Span) => Promise<T>,
  ): Promise<T> => {
    const span = spanOf(asked);
    return database.withTenant(tenantId, (transaction) => work(transaction, span));
  };

  return {
    spanOf,

    velocity: (tenantId: string, asked: Asked) =>
      inSpan(tenantId, asked, async (transaction, span) => {
        const activity = await activityIn(transaction, span.days);
        const commits = await commitsIn(transaction, span.days);
        const byWeek = weeksOf({ activity, commits, tokens: [] });
        const weeks = [...byWeek.values()];
        const names = [...new Set([...activity, ...commits].map(({ team }) => team))].sort();
        const teams = names.map((team) => ({
          group: team === '' ? NO_TEAM : team,
          ...viewOf(weeks, ofGroup(TEAM, team)),
        }));
        const shown = teams.filter(isShown);
        return {
          ...head(span),
          company: { group: 'Company', ...viewOf(weeks, ofCompany) },
          teams: shown,
          hiddenTeams: teams.length - shown.length,
          trend: span.weeks.map((week) => {
            const one = byWeek.get(daysOf(week).monday);
            const { figures, amounts } = viewOf(one ? [one] : [], ofCompany);
            return { week, figures, amounts };
          }),
        };
      }),

    adoption: (tenantId: string, asked: Asked) =>
      inSpan(tenantId, asked, async (transaction, span) => {
        const month = { from: daysOf(addWeeks(span.to, 1 - WEEKS_OF_MONTH)).monday, to: span.days.to };
        const from = month.from < span.days.from ? month.from : span.days.from;
        const rows = await activityIn(transaction, { from, to: span.days.to });
        const roster = await rosterOf(transaction, needs);
        return { ...head(span), ...adoptionOf(rows, roster, span, month.from) };
      }),

    assistants: (tenantId: string, asked: Asked) =>
      inSpan(tenantId, asked, async (transaction, span) => {
        const activity = await activityIn(transaction, span.days);
        const weeks = [...weeksOf({ activity, commits: [], tokens: [] }).values()];
        const all = assistantsOf(activity).map((assistant) =>
          usedOf(weeks, assistant, ofGroup(SECOND, assistant)),
        );
        const items = all.filter(({ conversations, tokens }) => conversations !== null || tokens !== null);
        return { ...head(span), items, hidden: all.length - items.length };
      }),

    repositories: (tenantId: string, asked: Asked) =>
      inSpan(tenantId, asked, async (transaction, span) => {
        const commits = await commitsIn(transaction, span.days);
        const tokens = await commitTokensIn(transaction, span.days);
        const weeks = [...weeksOf({ activity: [], commits, tokens }).values()];
        const names = [...new Set([...commits, ...tokens].map(({ repository }) => repository))].sort();
        const all = names.map((repository) => {
          const read = ofGroup(SECOND, repository);
          return {
            repository,
            commitsWithLink: ratioOf(weeks, read, FIGURES.commitsWithLink),
            tokensOfCommits: amountOf(weeks, read, 'tokensOfCommits'),
            costOfCommitsMicros: amountOf(weeks, read, 'costOfCommits'),
            costPerLinkedCommit: ratioOf(weeks, read, ['costOfCommits', 'commitsLinked']),
          };
        });
        const items = all.filter(({ commitsWithLink }) => commitsWithLink !== null);
        return { ...head(span), items, hidden: all.length - items.length };
      }),

    /** @param person `user:<id>` or `key:<id>`, the caller */
    mine: (tenantId: string, person: string, asked: Asked) =>
      inSpan(tenantId, asked, async (transaction, span) => {
        const activity = await activityIn(transaction, span.days, person);
        const commits = await commitsIn(transaction, span.days, person);
        const weeks = [...weeksOf({ activity, commits, tokens: [] }).values()];
        const ownAssistant =
          (assistant: string): Read =>
          (week, measure) =>
            week.own(measure, { dimension: SECOND, group: assistant });
        return {
          from: span.from,
          to: span.to,
          ...viewOf(weeks, ofPerson),
          assistants: assistantsOf(activity).map((assistant) =>
            usedOf(weeks, assistant, ownAssistant(assistant)),
          ),
        };
      }),
  };
}

const head = ({ from, to }: Span) => ({ from, to, minPeople: MIN_PEOPLE });

const assistantsOf = (activity: readonly ActivityRow[]) => [...new Set(activity.map(assistantOf))].sort();

function usedOf(weeks: readonly Week[], assistant: string, read: Read) {
  return {
    assistant,
    personWeeks: amountOf(weeks, read, 'people'),
    conversations: amountOf(weeks, read, 'conversations'),
    messages: amountOf(weeks, read, 'messages'),
    tokens: amountOf(weeks, read, 'tokens'),
    costMicros: amountOf(weeks, read, 'cost'),
  };
}

function viewOf(weeks: readonly Week[], read: Read) {
  const figures = Object.fromEntries(
    Object.entries(FIGURES).map(([name, parts]) => [name, ratioOf(weeks, read, parts)]),
  ) as Record<Figure, Ratio | null>;
  const { linesPerCommit, rework } = COMPARED;
  return {
    figures,
    amounts: {
      conversations: amountOf(weeks, read, 'conversations'),
      conversationsSuggested: amountOf(weeks, read, 'conversationsSuggested'),
      commits: amountOf(weeks, read, 'commits'),
      commitsSuggested: amountOf(weeks, read, 'commitsSuggested'),
      tokens: amountOf(weeks, read, 'tokens'),
      tokensUnlinked: differenceOf(weeks, read, ['tokens', 'tokensLinked']),
      tokensUnpriced: amountOf(weeks, read, 'unpriced'),
      costMicros: amountOf(weeks, read, 'cost'),
      costUnlinkedMicros: differenceOf(weeks, read, ['cost', 'costLinked']),
    },
    compared: {
      note: CAUTION,
      linked: {
        linesPerCommit: ratioOf(weeks, read, linesPerCommit[0]),
        rework: ratioOf(weeks, read, rework[0]),
      },
      other: {
        linesPerCommit: ratioOf(weeks, read, linesPerCommit[1]),
        rework: ratioOf(weeks, read, rework[1]),
      },
    },
  };
}

function isShown({ figures, amounts }: ReturnType<typeof viewOf>): boolean {
  return [...Object.values(figures), ...Object.values(amounts)].some((value) => value !== null);
}

/** Members with activity, of all members: the group that decides what is shown is the members. */
export function adoptionOf(
  rows: readonly Pick<ActivityRow, 'week' | 'owner'>[],
  { members }: Pick<Roster, 'members'>,
  { weeks, to }: Span,
  monthFrom: string,
) {
  const shown = protect(members.map(({ person, team }) => ({ person, groups: [team] })));
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
