import { OutsideCallError } from '../../../platform/http-client.ts';
import type { BrainLift, MetricsApi, WorkSmart } from './connectors/index.ts';
import type { Row } from './rows.ts';

/** The source systems that are connected; null for those whose facts are only imported. */
export interface Sources {
  worksmart: WorkSmart | null;
  brainlift: BrainLift | null;
  metrics: MetricsApi | null;
}

/** What the sources said of one week: only the columns of sources that know the person. */
export interface FetchedWeek {
  builder: Partial<Row<'metrics'>>;
  projects: Omit<Row<'projectMetrics'>, 'week'>[];
}

/**
 * Asks every connected source at once. Null when none is connected.
 * @throws {import('../../../platform/http-client.ts').OutsideCallError} of the first source that failed
 */
export async function fetchWeek(
  sources: Sources,
  builderId: string,
  week: string,
  signal: AbortSignal,
): Promise<FetchedWeek | null> {
  if (!sources.worksmart && !sources.brainlift && !sources.metrics) return null;
  const [hours, brainlift, metrics] = await Promise.all([
    sources.worksmart?.weekOf(builderId, week, signal),
    sources.brainlift?.weekOf(builderId, week, signal),
    sources.metrics?.weekOf(builderId, week, signal),
  ]);
  return {
    builder: {
      ...(hours ? { hours_worked: hours.hoursWorked, active_days: hours.activeDays } : {}),
      ...(brainlift ? { brainlift_quality: brainlift.quality, brainlift_entries: brainlift.entries } : {}),
      ...(metrics ? { goals_set: metrics.goalsSet, goals_met: metrics.goalsMet, note: metrics.note } : {}),
    },
    projects: (metrics?.projects ?? []).map((project) => ({
      project_id: project.projectId,
      goals_set: project.goalsSet,
      goals_met: project.goalsMet,
      active_users: project.activeUsers,
      revenue_usd: project.revenueUsd,
    })),
  };
}

/** Builders whose week is asked for, in the order of the roster, before a week counts as empty. */
const MAX_ASKED = 20;

/**
 * Whether the connected sources have figures of a week. A source that does not answer may have some. False when none
 * is connected.
 */
export async function sourcesKnow(
  sources: Sources,
  builderIds: readonly string[],
  week: string,
  signal: AbortSignal,
): Promise<boolean> {
  for (const builderId of builderIds.slice(0, MAX_ASKED)) {
    try {
      const fetched = await fetchWeek(sources, builderId, week, signal);
      if (!fetched) return false;
      if (Object.values(fetched.builder).some((value) => value !== null)) return true;
    } catch (error) {
      if (error instanceof OutsideCallError && !signal.aborted) return true;
      throw error;
    }
  }
  return false;
}
