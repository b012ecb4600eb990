import type { Logger } from 'pino';
import type { Database } from '../platform/database/index.ts';
import { forgetCached } from './embeddings/index.ts';
import type { Ledger } from './ledger/index.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Vectors that are still needed are made again. */
const VECTOR_DAYS = 180;

/** Forgets the words of old calls, old traces and old vectors, now and once a day, until it is closed. */
export async function startUpkeep(
  database: Database,
  ledger: Ledger,
  { textDays, log }: { textDays: number; log: Logger },
): Promise<{ close(): Promise<void> }> {
  const round = async () => {
    const rows = await ledger.forgetWords(new Date(Date.now() - textDays * DAY_MS));
    await forgetCached(database, new Date(Date.now() - VECTOR_DAYS * DAY_MS));
    if (rows > 0) log.info({ rows }, 'words of old model calls forgotten');
  };
  await round();
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = round().catch((err: unknown) => log.error({ err }, 'upkeep of the model ledger failed'));
  }, DAY_MS).unref();
  return {
    close: () => {
      clearInterval(timer);
      return running;
    },
  };
}
