/**
 * Gathers what is asked for side by side, and does it together: while a call for a key is under way, what else is
 * asked for it waits and goes into the next one. Nobody waits for the sake of company.
 * @param most items of one call
 * @param work does the items of a key; its answers stand in their order. What it throws, all of them get.
 */
export function gathered<Item, Answer>(
  most: number,
  work: (key: string, items: Item[]) => Promise<readonly Answer[]>,
): (key: string, item: Item) => Promise<Answer> {
  interface Asked {
    item: Item;
    resolve(answer: Answer): void;
    reject(error: unknown): void;
  }
  const waiting = new Map<string, Asked[]>();

  async function drain(key: string, asked: Asked[]): Promise<void> {
    // One turn, so that what is asked for side by side goes together from the first call on.
    await new Promise((resolve) => setImmediate(resolve));
    while (asked.length > 0) {
      const now = asked.splice(0, most);
      try {
        const answers = await work(
          key,
          now.map(({ item }) => item),
        );
        for (const [index, { resolve }] of now.entries()) resolve(answers[index] as Answer);
      } catch (error) {
        for (const { reject } of now) reject(error);
      }
    }
    waiting.delete(key);
  }

  return (key, item) =>
    new Promise((resolve, reject) => {
      const asked = waiting.get(key);
      if (asked) {
        asked.push({ item, resolve, reject });
        return;
      }
      const first = [{ item, resolve, reject }];
      waiting.set(key, first);
      void drain(key, first);
    });
}
