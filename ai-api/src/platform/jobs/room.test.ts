import { v7 as uuidv7 } from 'uuid';
import { expect, test, vi } from 'vitest';
import { databaseKinds } from '../../../test/databases.ts';
import { createLog } from '../log.ts';
import { createJobs } from './index.ts';

test.each(databaseKinds())(
  'no job is taken without room, on $name, so that waiting costs no attempt',
  async ({ create }) => {
    const testDatabase = await create();
    const database = await testDatabase.open();
    const room = { isLow: true };
    const jobs = createJobs(database, {
      heartbeatSeconds: 10,
      log: createLog('silent'),
      isLow: () => room.isLow,
    });
    const name = 'needs-room';
    const done: [number, number][] = [];
    jobs.define<{ n: number }>({
      name,
      concurrency: 2,
      retryLimit: 0,
      retryDelay: 1,
      retryDelayMax: 1,
      expireInSeconds: 1,
      handle: async ({ n }, { number }) => void done.push([n, number]),
      onDead: async () => {},
    });
    const tenantId = uuidv7();
    const enqueue = (n: number) =>
      database.withTenant(tenantId, (transaction) => jobs.enqueue(transaction, name, [{ n, tenantId }]));
    const waiting = () =>
      database.withTenant(tenantId, (transaction) => jobs.list(transaction, {}, null, 10));
    try {
      await jobs.start({ work: true });
      await enqueue(1);
      // Longer than the job may take.
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      expect(done).toEqual([]);
      expect(await waiting()).toMatchObject([{ state: 'queued' }]);
      room.isLow = false;
      await vi.waitFor(() => expect(done).toEqual([[1, 1]]), { timeout: 10_000 });
      room.isLow = true;
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      await enqueue(2);
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      expect(done).toHaveLength(1);
      room.isLow = false;
      await vi.waitFor(() => expect(done).toHaveLength(2), { timeout: 10_000 });
    } finally {
      await jobs.stop(5_000);
      await database.close();
      await testDatabase.remove();
    }
  },
);
