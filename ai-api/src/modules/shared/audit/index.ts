import type { Logger } from 'pino';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { ensurePartitions, schedulePartitions } from './retention.ts';

export {
  type Actor,
  actorOf,
  decisionBy,
  displayName,
  requireDecider,
  requirePerson,
  systemActor,
} from './actor.ts';
export { adverseBy, type Outcome } from './adverse.ts';
export { digestOf } from './chain.ts';
export { personalData } from './personal-data.ts';
export { chainedEntry, eachEvent } from './read.ts';
export { type Entry, record } from './record.ts';
export { daysOfYears, yearsAgo } from './retention.ts';
export {
  countByOperation,
  type EventFilter,
  type EventRecord,
  eraseMentions,
  erasePayloads,
  findEvent,
  hasContentAbout,
  listEvents,
  namingEntries,
  type PayloadRecord,
  payloadsBetween,
  readHead,
  retentionYears,
  setRetentionYears,
  spanOf,
  writesByActor,
} from './store.ts';
export { verifyChain } from './verify.ts';

interface Needs {
  database: Database;
  jobs: Jobs;
  clock: Clock;
  log: Logger;
}

/** Makes the partitions of the coming months before anything is recorded. */
export async function create({ database, jobs, clock, log }: Needs): Promise<void> {
  await ensurePartitions(database, clock.now());
  schedulePartitions(jobs, database, () => clock.now(), log);
}
