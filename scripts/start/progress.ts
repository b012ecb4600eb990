/** Reports progress to people, with the seconds since the beginning. */
export interface Progress {
  line(text: string): void;
  /** A line that the next one replaces on a terminal; elsewhere it is written once in a while. */
  step(text: string): void;
  /** Several lines, set apart. */
  block(lines: string[]): void;
}

/** Where nothing can be replaced, so many milliseconds pass between two steps. */
const STEP_MS = 10_000;
const CLEAR_LINE = '\r\u001b[2K';

export function createProgress(
  stream: NodeJS.WritableStream & { isTTY?: boolean; columns?: number },
): Progress {
  const began = Date.now();
  let isOpen = false;
  let stepped = began;
  const close = () => {
    if (isOpen) stream.write(CLEAR_LINE);
    isOpen = false;
  };
  const timed = (text: string) => `${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}`;
  return {
    line: (text) => {
      close();
      stream.write(`${timed(text)}\n`);
    },
    step: (text) => {
      if (stream.isTTY) {
        close();
        stream.write(timed(text).slice(0, (stream.columns ?? 80) - 1));
        isOpen = true;
      } else if (Date.now() - stepped > STEP_MS) {
        stepped = Date.now();
        stream.write(`${timed(text)}\n`);
      }
    },
    block: (lines) => {
      close();
      stream.write(`\n${lines.join('\n')}\n\n`);
    },
  };
}
