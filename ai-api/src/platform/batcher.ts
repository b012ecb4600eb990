/**
 * Batches concurrent calls: while a call for a key is under way, further items of that key wait and go into the next
 * one. No item waits for a batch to fill up.
 * @param limit items of one call
 * @param work processes the items of a key, and answers in their order; what it throws, every caller gets
 */
export function createBatcher<Item, Answer>(
  limit: number,
  work: (key: string, items: Item[]) => Promise<readonly Answer[]>,
): (key: string, item: Item) => Promise<Answer> {
  interface Waiting {
    item: Item;
    resolve(answer: Answer): void;
    reject(error: unknown): void;
  }
  const queues = new Map<string, Waiting[]>();

  async function drain(key: string, queue: Waiting[]): Promise<void> {
    // One turn of the event loop, so that concurrent calls share a batch from the first one on.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const batch = queue.splice(0, limit);
      try {
        const answers = await work(
          key,
          batch.map(({ item }) => item),
        );
        for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    queues.delete(key);
  }

  return (key, item) =>
    new Promise((resolve, reject) => {
      const queue = queues.get(key);
      if (queue) {
        queue.push({ item, resolve, reject });
        return;
      }
      const first = [{ item, resolve, reject }];
      queues.set(key, first);
      void drain(key, first);
    });
}
