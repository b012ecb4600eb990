import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import type { TestApi } from './api.ts';

const QUEUE = 'links.commits';

/** Leaves a dead letter behind: a job for a repository of an id that none can have. Fails when it does not die in a minute. */
export async function makeDeadLetter({ context, client }: TestApi): Promise<void> {
  const { database, jobs, identity } = context;
  const tenantId = await identity.ensureTenant(context.config.TENANT);
  await database.withTenant(tenantId, (transaction) =>
    jobs.enqueue(transaction, QUEUE, [{ tenantId, repositoryId: 'no-uuid', shas: ['3f2a3f2a'] }]),
  );
  const end = Date.now() + 60_000;
  while ((await client.job.list({ state: 'dead', limit: 1 })).items.length === 0) {
    if (Date.now() > end) throw new Error('The job did not die');
    // Its attempts are used up by hand: waiting for all of them would take a minute.
    await sql`update jobs.job set retry_limit = 0, start_after = now()
              where name = ${QUEUE} and state < 'active'`.execute(database.system('dead letter'));
    await pause(200);
  }
}
