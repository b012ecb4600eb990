/** One line of a history, and its number in the file. */
export interface Line {
  text: string;
  number: number;
}

/** A session of a history: its start as written, and its lines. */
export interface AiderSession {
  startedAt: string;
  lines: Line[];
}

const START = /^# aider chat started at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s*$/;

/** Splits a history at the lines that begin a session. Text before the first has no session. */
export function sessionsOf(text: string): AiderSession[] {
  const sessions: AiderSession[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const written = line.endsWith('\r') ? line.slice(0, -1) : line;
    const start = START.exec(written)?.[1];
    if (start !== undefined) sessions.push({ startedAt: start, lines: [] });
    else sessions.at(-1)?.lines.push({ text: written, number: index + 1 });
  }
  return sessions;
}
