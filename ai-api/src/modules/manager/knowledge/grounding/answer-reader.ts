import { endOfObject, THOUGHT_MARKS } from '../../../../models/json-in.ts';

/** What a model's text has come to by its end. */
export interface ReadToEnd {
  /** Objects of the text that were not handed on before. */
  objects: unknown[];
  /** There was text that is neither an object nor the wrapping of one, or an object that is not whole. */
  isUnreadable: boolean;
}

/** Where thoughts begin, and where they end. */
const THOUGHTS: readonly [RegExp, RegExp][] = [
  ...THOUGHT_MARKS.map(({ begin, end }): [RegExp, RegExp] => [begin, end]),
  [/<\|channel\|>(?!final)\w+/, /<\|channel\|>final/],
];
/** Longest object that is waited for, in characters. */
const MAX_OBJECT = 20_000;
/** What stands around objects: fences, brackets, bullets and commas of lists, marks of channels and of tokenizers. */
const WRAPPING =
  /^(?:[\ufeff\u200b]|\s|[[\],]|(?<!\S)(?:[-*•]|\d{1,2}[.)])(?=\s|$)|(?:`{3,}|~{3,})(?:jsonl?|ndjson)?|<[|｜][\w▁]+[|｜]>|<\/?(?:s|answer|response|output|tool_call)>|<(?:end|start)_of_turn>|final|assistant)*$/i;
/** A tag that has not arrived whole. */
const OPEN_TAG = /<[^>\s]{0,20}$/;

/**
 * Finds the JSON objects in a text that arrives in pieces: one a line, printed over several lines, in a list, or in a
 * fence. Thoughts are skipped.
 */
export function createAnswerReader() {
  let rest = '';
  let thoughtsEnd: RegExp | null = null;
  let isUnreadable = false;

  function note(text: string): void {
    isUnreadable ||= !WRAPPING.test(text);
  }

  /** Drops thoughts from what follows; false when their end has not arrived. */
  function skipThoughts(): boolean {
    if (thoughtsEnd === null) return true;
    const end = thoughtsEnd.exec(rest);
    if (!end) return false;
    rest = rest.slice(end.index + end[0].length);
    thoughtsEnd = null;
    return true;
  }

  function nextThoughts() {
    const found = THOUGHTS.flatMap(([begin, end]) => {
      const match = begin.exec(rest);
      return match ? [{ at: match.index, length: match[0].length, end }] : [];
    });
    return found.toSorted((a, b) => a.at - b.at)[0];
  }

  /** Takes the next object off the text; undefined when there is none yet. */
  function take(): unknown {
    for (;;) {
      if (!skipThoughts()) return undefined;
      const thoughts = nextThoughts();
      const brace = rest.indexOf('{');
      if (thoughts && (brace === -1 || thoughts.at < brace)) {
        note(rest.slice(0, thoughts.at));
        rest = rest.slice(thoughts.at + thoughts.length);
        thoughtsEnd = thoughts.end;
        continue;
      }
      const end = brace === -1 ? null : endOfObject(rest, brace);
      if (end === null && brace !== -1 && rest.length - brace > MAX_OBJECT) {
        isUnreadable = true;
        rest = '';
      }
      if (end === null) return undefined;
      const value = parsed(rest.slice(brace, end));
      note(rest.slice(0, brace));
      isUnreadable ||= value === undefined;
      rest = rest.slice(end);
      if (value !== undefined) return value;
    }
  }

  function takeAll(): unknown[] {
    const objects: unknown[] = [];
    for (let value = take(); value !== undefined; value = take()) objects.push(value);
    return objects;
  }

  return {
    /** The objects that are whole by now. */
    add: (piece: string): unknown[] => {
      rest += piece;
      return OPEN_TAG.test(rest) ? [] : takeAll();
    },
    end: (): ReadToEnd => {
      const objects = takeAll();
      isUnreadable ||= thoughtsEnd !== null;
      note(rest);
      return { objects, isUnreadable };
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
