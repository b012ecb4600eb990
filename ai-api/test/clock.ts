import { sql } from 'kysely';
import type { Clock } from '../src/platform/clock.ts';
import type { TestApi } from './api.ts';

/** Runs with the system's clock, ahead of it by as much as a test says. */
export interface MovableClock extends Clock {
  /** Milliseconds ahead of the system's clock from here on; 0 sets it back. */
  setAhead(milliseconds: number): void;
}

export function movableClock(): MovableClock {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    setAhead: (milliseconds) => {
      ahead = milliseconds;
    },
  };
}

/** Makes the jobs of a queue that wait for their time due now: the queue waits by the database's clock. */
export async function makeJobsDue(api: TestApi, queue: string): Promise<void> {
  await sql`
    update jobs.job set start_after = now()
    where name = ${queue} and state < 'active' and start_after > now()`.execute(
    api.context.database.system('the test makes time pass'),
  );
}
