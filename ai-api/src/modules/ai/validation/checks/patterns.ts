import { compilePattern, PatternError } from '../../../../platform/text/pattern.ts';
import type { RuleOf } from '../rule/schema.ts';
import type { Check, Found, Subject } from './check.ts';
import { replacement } from './words.ts';

/** @throws {PatternError} for a pattern that RE2 does not take */
export function regex({ pattern, replaceWith, ...options }: RuleOf<'regex'>): Check {
  const compiled = compilePattern(pattern, options);
  return {
    asks: `what matches ${pattern}`,
    run: ({ text }) =>
      withinBounds(() => {
        const found = compiled.matches(text);
        const holds = found.length > 0;
        return {
          holds,
          says: holds ? 'It has it.' : 'It has nothing of the kind.',
          found: found.filter(({ start, end }) => start < end),
        };
      }),
    removal: ({ text }: Subject, spans) => spans.map((span) => replacement(text, span, replaceWith)),
  };
}

/** What is too large for its limit is not known, and says why. */
function withinBounds(run: () => Found): Found {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return { holds: null, says: `It could not be searched: ${error.message}.` };
  }
}
