import { LRUCache } from 'lru-cache';
import { RE2JS, type RE2JSSyntaxException } from 're2js';
import { MAX_PATTERN_LENGTH } from './vocabulary.ts';

/** States of a pattern times units of a text: about a third of a second at worst. */
const MAX_STEPS = 5_000_000;
const MAX_PATTERNS = 500;
const MAX_MATCHES = 200;
/** After this, the places found so far are enough to show: whether there is one was known at the first. */
const MAX_MATCHING_MS = 250;

/** A pattern that cannot be used, or not on a text of this length. */
export class PatternError extends Error {
  override name = 'PatternError';
}

/** A regular expression of RE2: its time grows with the text in proportion, whatever the pattern. */
interface Pattern {
  source: string;
  /** @throws {PatternError} when pattern and text together are too large */
  test(text: string): boolean;
  /** The places that match, the first ones of many, as UTF-16 offsets, 200 at most. @throws {PatternError} */
  matches(text: string): { start: number; end: number }[];
}

interface PatternOptions {
  ignoreCase?: boolean;
  /** ^ and $ match at lines. */
  multiline?: boolean;
  /** A dot matches line breaks too. */
  dotAll?: boolean;
}

const known = new LRUCache<string, Pattern>({ max: MAX_PATTERNS });

/**
 * Compiles a pattern that a person wrote.
 * @throws {PatternError} for one that RE2 does not take, such as with look-around or back-references
 */
export function compilePattern(source: string, options: PatternOptions = {}): Pattern {
  const { ignoreCase = false, multiline = false, dotAll = false } = options;
  const key = `${ignoreCase ? 'i' : ''}${multiline ? 'm' : ''}${dotAll ? 's' : ''}:${source}`;
  const before = known.get(key);
  if (before) return before;
  const made = patternOf(
    source,
    (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) |
      (multiline ? RE2JS.MULTILINE : 0) |
      (dotAll ? RE2JS.DOTALL : 0),
  );
  known.set(key, made);
  return made;
}

function patternOf(source: string, flags: number): Pattern {
  if (source.length > MAX_PATTERN_LENGTH)
    throw new PatternError(`a pattern has at most ${MAX_PATTERN_LENGTH} characters`);
  const compiled = compile(source, flags);
  const size = compiled.programSize();
  const requireBounded = (text: string): void => {
    if (size * text.length > MAX_STEPS)
      throw new PatternError(
        `the pattern has ${size} states, too many for a text of ${text.length} characters: ` +
          `at most ${Math.floor(MAX_STEPS / size)} can be searched with it`,
      );
  };
  return {
    source,
    test: (text) => {
      requireBounded(text);
      return compiled.test(text);
    },
    matches: (text) => {
      requireBounded(text);
      const found: { start: number; end: number }[] = [];
      const matcher = compiled.matcher(text);
      const until = performance.now() + MAX_MATCHING_MS;
      while (
        found.length < MAX_MATCHES &&
        matcher.find() &&
        (found.length === 0 || performance.now() < until)
      )
        found.push({ start: matcher.start(), end: matcher.end() });
      return found;
    },
  };
}

function compile(source: string, flags: number): RE2JS {
  try {
    return RE2JS.compile(source, flags);
  } catch (error) {
    const why = (error as RE2JSSyntaxException).getDescription?.();
    throw new PatternError(
      `is not a regular expression of RE2, which has no look-around and no back-references${why ? `: ${why}` : ''}`,
    );
  }
}
