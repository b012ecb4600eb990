import { setTimeout as pause } from 'node:timers/promises';
import type { TestApi } from '../../ai-api/test/api.ts';

/** Waits until every conversation can be found, by meaning too where vectors are made. */
export async function indexed(api: TestApi): Promise<void> {
  for (;;) {
    const { items } = await api.client.job.queues({});
    const queue = items.find((one) => one.queue === 'context.index');
    if (queue && queue.depth + queue.running === 0) return;
    await pause(200);
  }
}
