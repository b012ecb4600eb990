const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Calls `release` once when the process is asked to end, or has nothing left to do; then it ends as it would have. Returns how
 * to stop listening.
 */
export function onExit(release: () => Promise<void>): () => void {
  const handlers = SIGNALS.map((signal) => {
    const handle = () => {
      stop();
      // With another listener, such as the application's own, it decides when to end.
      const isAlone = process.listenerCount(signal) === 0;
      void release().finally(() => {
        if (isAlone) process.kill(process.pid, signal);
      });
    };
    process.on(signal, handle);
    return { signal, handle };
  });
  const idle = () => {
    stop();
    void release();
  };
  process.on('beforeExit', idle);
  function stop(): void {
    for (const { signal, handle } of handlers) process.off(signal, handle);
    process.off('beforeExit', idle);
  }
  return stop;
}
