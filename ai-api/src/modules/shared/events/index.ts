import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import { createEvents } from './service.ts';

export type { EventLog, LoggedEvent, Position } from './event-log.ts';
export { personalData } from './personal-data.ts';
export type { Events, Published } from './service.ts';
export { EVENTS_CHANNEL } from './store.ts';

export function create({ database, clock }: { database: Database; clock: Clock }) {
  return createEvents(database, () => clock.now());
}
