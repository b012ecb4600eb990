/** Tells a person what is going on, with the seconds since the beginning. */
export interface Progress {
  line(text: string): void;
  /** Several lines, set apart. */
  block(lines: string[]): void;
}

export function createProgress(stream: NodeJS.WritableStream): Progress {
  const began = Date.now();
  return {
    line: (text) => {
      const seconds = ((Date.now() - began) / 1000).toFixed(1).padStart(6);
      stream.write(`${seconds} s  ${text}\n`);
    },
    block: (lines) => {
      stream.write(`\n${lines.join('\n')}\n\n`);
    },
  };
}
