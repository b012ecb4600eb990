/** Where progress is shown: a terminal, or lines in a log. */
export interface Screen {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const MIN_MS = 100;

/** Shows how many of the files are read. Without a screen it shows nothing; in a log only the end. */
export function createProgress(screen: Screen | null, total: number) {
  let done = 0;
  let shownAt = 0;
  const isTerminal = screen?.isTTY === true;
  return {
    step(name: string): void {
      done++;
      if (!isTerminal || Date.now() - shownAt < MIN_MS) return;
      shownAt = Date.now();
      const line = `${done}/${total} ${name}`;
      screen?.write(`\r\u001b[K${line.slice(0, (screen.columns ?? 80) - 1)}`);
    },
    end(): void {
      if (isTerminal) screen?.write('\r\u001b[K');
    },
  };
}
