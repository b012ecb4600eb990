const WATCH_MS = 15_000;
/** A gap between the clock on the wall and the one that stands still while the machine sleeps. */
const SLEPT_MS = 30_000;

/** Jitter of ten per cent, so that clients that started together do not beat together. */
export function jittered(ms: number): number {
  return Math.round(ms * (0.9 + Math.random() * 0.2));
}

/** Calls `beat` after a time, and at once after the machine has slept. It keeps no process alive. */
export function createTimer(beat: () => void) {
  let timer: NodeJS.Timeout | undefined;
  let watch: NodeJS.Timeout | undefined;

  function stop(): void {
    clearTimeout(timer);
    clearInterval(watch);
  }

  return {
    stop,
    start: (ms: number): void => {
      stop();
      timer = setTimeout(beat, ms).unref();
      let gap = Date.now() - performance.now();
      watch = setInterval(() => {
        const now = Date.now() - performance.now();
        const hasSlept = now - gap > SLEPT_MS;
        gap = now;
        if (hasSlept) beat();
      }, WATCH_MS).unref();
    },
  };
}
