import { CronExpressionParser } from 'cron-parser';
import type { PgBoss } from 'pg-boss';
import type { Database } from '../database/index.ts';
import type { Priority, Queue } from './index.ts';
import { newestJobs } from './store.ts';

/**
 * Work by the clock: done by one worker at the times of `cron` (UTC, five fields). A worker that starts does it at once
 * where a time has passed without it.
 */
export interface Scheduled {
  name: string;
  cron: string;
  /** Also done whenever a worker starts: it takes up what a crash may have left. Defaults to false. */
  atStart?: boolean;
  /** Defaults to `low`. */
  priority?: Priority;
  run(signal: AbortSignal): Promise<void>;
}

/** Work by the clock of earlier versions, whose times an upgraded database still has. */
const GONE = [
  'analytics.clean-up-weekly',
  'approval.work-retention',
  'audit.retention',
  'compliance.retention',
  'git.clean-up',
  'licence.retention',
  'validation.retention',
];

/** Tells pg-boss the times of all work by the clock, and begins what is due when a worker starts. */
export async function beginSchedules(
  boss: PgBoss,
  database: Database,
  scheduled: readonly Scheduled[],
): Promise<void> {
  const times = new Map((await boss.getSchedules()).map(({ name, cron }) => [name, cron]));
  const newest = await newestJobs(
    database,
    scheduled.map(({ name }) => name),
  );
  for (const name of GONE) if (times.has(name)) await boss.unschedule(name);
  for (const { name, cron, atStart = false } of scheduled) {
    if (times.get(name) !== cron) await boss.schedule(name, cron);
    if (!atStart && !isMissed(cron, newest.get(name))) continue;
    await boss.send(name, {}, { singletonKey: 'start', singletonSeconds: 60 });
  }
}

/** A run that fails is tried again; the next one by the clock comes all the same. */
export function scheduledQueue({ name, priority = 'low', run }: Scheduled): Queue<object> {
  return {
    name,
    priority,
    concurrency: 1,
    retryLimit: 3,
    retryDelay: 30,
    retryDelayMax: 300,
    expireInSeconds: 3600,
    handle: (_data, { signal }) => run(signal),
    onDead: async () => {},
  };
}

/** Whether a time of `cron` has passed since the newest job was made. */
function isMissed(cron: string, newest: Date | undefined): boolean {
  return !newest || newest < CronExpressionParser.parse(cron, { tz: 'UTC' }).prev().toDate();
}
