import type { Facts } from '../../../judgement/index.ts';
import { addWeeks, daysBetween, weekOf } from '../../../platform/week.ts';
import type { People } from '../../shared/people/index.ts';

/** Weeks that count as recent: the newest with figures, be the current week among them or not. */
const RECENT = 4;
const MICROS = 1_000_000;

type Known = NonNullable<Awaited<ReturnType<People['knownProject']>>>;

/** What is known of a project at a gate, with what its builder has to show. */
export function gateFacts({ project, stages, weeks }: Known, evidence: string | null, now: Date): Facts {
  const today = now.toISOString().slice(0, 10);
  const since = addWeeks(weekOf(now), -RECENT);
  const recent = weeks.filter(({ week }) => week >= since).slice(0, RECENT);
  const entered = stages.findLast(({ stage, entered_on }) => stage === project.stage && entered_on <= today);
  const users = recent.map(({ active_users }) => active_users).filter((count) => count !== null);
  const [newest] = users;
  const oldest = users.at(-1);
  return {
    project: {
      status: project.status,
      stage: project.stage,
      daysInStage: entered ? daysBetween(entered.entered_on, today) : null,
      tamUsd: project.tam_usd,
      tamRationale: project.tam_rationale,
      goal: project.goal,
    },
    recent: {
      weeks: recent.length,
      goalsSet: sumOf(recent.map(({ goals_set }) => goals_set)),
      goalsMet: sumOf(recent.map(({ goals_met }) => goals_met)),
      activeUsers: newest ?? null,
      revenueUsd: inDollars(sumOf(recent.map(({ revenue_micros }) => revenue_micros))),
      userGrowth: users.length > 1 && newest !== undefined && oldest ? newest / oldest : null,
    },
    evidence: { text: evidence },
  };
}

/** Null when nothing is known. */
function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}

function inDollars(micros: number | null): number | null {
  return micros === null ? null : micros / MICROS;
}
