import { textLines } from '../values.ts';

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
  for (const [index, line] of textLines(text, /^[#>]/).entries()) {
    const start = START.exec(line)?.[1];
    if (start !== undefined) sessions.push({ startedAt: start, lines: [] });
    else sessions.at(-1)?.lines.push({ text: line, number: index + 1 });
  }
  return sessions;
}
