import { levelOf } from './metrics.ts';
import { createRandom, type Random, round } from './random.ts';
import type { MetricsRow, Part, ProjectMetricsRow, ProjectRow, Stage } from './types.ts';

/** Users at the start of the period, and the dollars a week that one of them brings, by stage. */
const STAGE_USE: Readonly<Record<Stage, { users: readonly [number, number]; dollars: number }>> = {
  idea: { users: [0, 0], dollars: 0 },
  validation: { users: [0, 25], dollars: 0 },
  build: { users: [3, 40], dollars: 0 },
  launch: { users: [20, 400], dollars: 0.6 },
  growth: { users: [400, 9_000], dollars: 1.4 },
};

/**
 * The weekly rows of a builder's projects, made from the builder's own weeks: the goals of a week are shared out
 * among the projects that are active. A builder's week without a row, or whose whole Metrics source is empty,
 * has no project rows either.
 */
export function makeProjectMetrics(
  seed: number,
  projects: readonly ProjectRow[],
  part: Part,
  metrics: readonly MetricsRow[],
): ProjectMetricsRow[] {
  if (part.kind === 'missing' && part.variant === 2) return [];
  const active = projects.filter((project) => project.status === 'active');
  return projects.flatMap((project) => {
    const random = createRandom(seed, 'project-metrics', project.project_id);
    const place = active.indexOf(project);
    let users = random.int(...STAGE_USE[project.stage].users);
    return metrics.map((row, index) => {
      users = nextUsers(random, users, levelOf(part.kind, index, metrics.length), place >= 0);
      return {
        project_id: project.project_id,
        week: row.week,
        goals_set: place >= 0 ? share(row.goals_set, place, active.length) : 0,
        goals_met: place >= 0 ? share(row.goals_met, place, active.length) : 0,
        active_users: random.chance(0.02) ? null : Math.round(users),
        revenue_usd: random.chance(0.02) ? null : revenue(random, Math.round(users), project.stage),
      };
    });
  });
}

function nextUsers(random: Random, users: number, level: number, isActive: boolean): number {
  const growth = isActive ? (level - 0.55) * 0.2 : -0.01;
  return users * (1 + growth + random.between(-0.03, 0.03, 4));
}

function revenue(random: Random, users: number, stage: Stage): number {
  return round(users * STAGE_USE[stage].dollars * random.between(0.9, 1.1, 4), 2);
}

/** The part of a total that falls to one of `count` places; the parts add up to the total. */
function share(total: number | null, place: number, count: number): number | null {
  if (total === null) return null;
  return Math.floor((total + count - 1 - place) / count);
}
