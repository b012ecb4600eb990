import pg from 'pg';

const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 10_000;

/**
 * Listens on a connection of its own, which is made anew whenever it is lost; `hear(null)` then says that
 * notifications may have been missed. A pooler in transaction mode cannot carry it.
 */
export async function listenOnPostgres(
  url: string,
  channel: string,
  hear: (payload: string | null) => void,
  onError: (error: Error) => void,
): Promise<() => Promise<void>> {
  let stopped = false;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pause = FIRST_PAUSE_MS;

  async function connect(): Promise<void> {
    const next = new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      application_name: 'ai-manager-listen',
    });
    client = next;
    let lost = false;
    const lose = (error?: Error) => {
      if (lost || stopped) return;
      lost = true;
      onError(error ?? new Error('The listening connection ended'));
      next.end().catch(() => {});
      timer = setTimeout(() => void connect(), pause);
      pause = Math.min(pause * 2, MAX_PAUSE_MS);
    };
    next.on('error', lose);
    next.on('end', () => lose());
    next.on('notification', ({ payload = '' }) => hear(payload));
    try {
      await next.connect();
      await next.query(`listen ${pg.escapeIdentifier(channel)}`);
      pause = FIRST_PAUSE_MS;
      hear(null);
    } catch (error) {
      lose(error as Error);
    }
  }

  await connect();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await client?.end().catch(() => {});
  };
}
