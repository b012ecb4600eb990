import { createIdempotency, type KeyedRequest } from '../src/http/idempotency/index.ts';
import { createDatabase } from '../src/platform/database/index.ts';
import { openPostgres } from '../src/platform/database/postgres.ts';
import { createLog } from '../src/platform/log.ts';

/** A process that begins the keyed request of its first argument, prints `begun` and waits to be killed. */
const request = JSON.parse(process.argv[2] ?? '') as Omit<KeyedRequest, 'log'>;
const database = createDatabase(openPostgres(process.env.DATABASE_URL ?? '', 2, () => {}));
await createIdempotency(database).answer({ ...request, log: createLog('silent') }, async () => {
  process.stdout.write('begun\n');
  await new Promise((resolve) => setTimeout(resolve, 600_000));
  return { status: 200, headers: {}, body: '{}' };
});
