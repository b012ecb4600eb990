import { invalidField } from '../../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import { addWeeks, daysOf, weekOf } from '../../../../platform/week.ts';
import { type RosterNeeds, rosterOf } from '../compute/people.ts';
import { adoptionOf } from './adoption.ts';
import { amountOf, FIGURES, ofCompany, ofGroup, ofPerson, type Read, ratioOf } from './figures.ts';
import { assistantOf, SECOND, TEAM, weeksOf } from './measures.ts';
import { MIN_PEOPLE } from './protect.ts';
import { type ActivityRow, activityIn, commitsIn, commitTokensIn } from './store.ts';
import { isShown, usedOf, viewOf } from './views.ts';

const NO_TEAM = 'No team';

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
        const byWeek = await weeksOf({ activity, commits, tokens: [] });
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
        const roster = await rosterOf(transaction, needs, now());
        return { ...head(span), ...(await adoptionOf(rows, roster, span, month.from)) };
      }),

    assistants: (tenantId: string, asked: Asked) =>
      inSpan(tenantId, asked, async (transaction, span) => {
        const activity = await activityIn(transaction, span.days);
        const weeks = [...(await weeksOf({ activity, commits: [], tokens: [] })).values()];
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
        const weeks = [...(await weeksOf({ activity: [], commits, tokens })).values()];
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
        const weeks = [...(await weeksOf({ activity, commits, tokens: [] })).values()];
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
