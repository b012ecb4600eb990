import { sql } from 'kysely';
import type { TestDatabase } from './databases.ts';

const PAUSE_MS = 300;

/** Lets time pass for the jobs of processes that were killed. */
export interface Hurry {
  /** Every process has ended: the jobs that they had are as a minute without a heartbeat leaves them. */
  died(): void;
  stop(): Promise<void>;
}

/**
 * Waits for jobs are no part of a test of `kill -9`: the next process finds the heartbeats of the one before it old, and
 * tries again without the pause. For tests in which one process runs at a time.
 */
export async function startHurry(testDatabase: TestDatabase): Promise<Hurry> {
  const database = await testDatabase.open();
  const owner = database.system('the test lets time pass');
  let ended: Date | null = null;
  let running = Promise.resolve();
  const pass = async () => {
    if (ended)
      await sql`
        update jobs.job set heartbeat_on = now() - interval '1 minute'
        where state = 'active' and heartbeat_on < ${ended} and heartbeat_on > now() - interval '1 minute'`.execute(
        owner,
      );
    await sql`update jobs.job set start_after = now() where state = 'retry' and start_after > now()`.execute(
      owner,
    );
  };
  const timer = setInterval(() => {
    running = running.then(pass).catch(() => {});
  }, PAUSE_MS);
  return {
    died: () => {
      ended = new Date();
    },
    stop: async () => {
      clearInterval(timer);
      await running;
      await database.close();
    },
  };
}
