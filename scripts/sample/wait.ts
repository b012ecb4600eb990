import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 180_000;

/** Asks until something is done. @throws Error after three minutes, naming it */
export async function until(isDone: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await isDone())) {
    if (Date.now() > end) throw new Error(`It took too long: ${what}`);
    await pause(200);
  }
}

const DAY_MS = 86_400_000;

/** The day so many days ago, `YYYY-MM-DD`; of a negative number, in so many days. */
export const day = (back: number) => new Date(Date.now() - back * DAY_MS).toISOString().slice(0, 10);

export const base64 = (text: string) => Buffer.from(text).toString('base64');
