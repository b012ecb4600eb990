/** What an object store is doing, so that closing it can wait for the end. */
export class WorkUnderWay {
  readonly #promises = new Set<Promise<unknown>>();
  #closed = false;

  /** @throws Error once it is closed */
  async track<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new Error('The object store is closed.');
    const promise = work();
    this.#promises.add(promise);
    try {
      return await promise;
    } finally {
      this.#promises.delete(promise);
    }
  }

  /** Takes no more work and waits for the end of what was begun, however it ends. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#promises);
  }
}
