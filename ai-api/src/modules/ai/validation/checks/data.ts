import { dataLanguage, ExpressionError, evaluateData } from '../../../../judgement/index.ts';
import { objectsIn } from '../../../../models/json-in.ts';
import { FORMATS } from '../../../../platform/json-schema/formats.ts';
import { compileJsonSchema } from '../../../../platform/json-schema/index.ts';
import type { RuleOf } from '../rule/schema.ts';
import type { Check, Edit, Found, Subject } from './check.ts';
import { partsOf, trimmed } from './parts.ts';

const SHOWN = 3;

export function format({ format: name }: RuleOf<'format'>): Check {
  return {
    asks: `the format ${name}`,
    run: ({ text }) => {
      const holds = FORMATS[name](text);
      const bare = text.trim();
      return {
        holds,
        says: holds ? 'It has it.' : 'It is something else.',
        spans: holds ? [] : trimmed(text, { start: 0, end: text.length }),
        edits: !holds && FORMATS[name](bare) ? [{ start: 0, end: text.length, with: bare }] : [],
      };
    },
  };
}

/** @throws {import('../../../../platform/json-schema/index.ts').SchemaError} */
export function json({ schema }: RuleOf<'json'>): Check {
  const faultsOf = schema ? compileJsonSchema(schema) : () => [];
  return {
    asks: schema ? 'JSON that fits its schema' : 'JSON',
    run: ({ text }) => {
      const value = jsonOf(text);
      if (value === undefined)
        return {
          holds: false,
          degree: 0,
          says: 'It is not valid JSON.',
          edits: insideOf(text, (one) => faultsOf(one).length === 0),
        };
      const faults = faultsOf(value);
      const told = faults.slice(0, SHOWN).map(({ path, message }) => `${path || 'The whole'} ${message}`);
      return { holds: faults.length === 0, says: told.length === 0 ? 'It does.' : `${told.join('; ')}.` };
    },
  };
}

/** The one object in a text around it, such as a fence, where that would do. */
function insideOf(text: string, fits: (value: unknown) => boolean): Edit[] {
  const objects = objectsIn(text) ?? [];
  const [only] = objects;
  if (objects.length !== 1 || !fits(only)) return [];
  return [{ start: 0, end: text.length, with: JSON.stringify(only) }];
}

/** The value of a JSON text; undefined for a text that is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const language = dataLanguage({
  text: 'string',
  request: 'string',
  characters: 'double',
  words: 'double',
  sentences: 'double',
  json: 'dyn',
  data: 'dyn',
});

/** @throws {ExpressionError} for an expression that is no condition */
export function cel({ that }: RuleOf<'cel'>): Check {
  const { type } = language.compile(that);
  if (type !== 'bool' && type !== 'dyn')
    throw new ExpressionError(`must be a condition (true or false), but is ${type}`, 0, that.length);
  return { asks: that, run: (subject) => holdsIn(that, subject) };
}

function holdsIn(that: string, { text, request, data }: Subject): Found {
  try {
    const holds = evaluateData(that, {
      text,
      request: request ?? '',
      characters: partsOf(text, 'characters').length,
      words: partsOf(text, 'words').length,
      sentences: partsOf(text, 'sentences').length,
      json: jsonOf(text) ?? null,
      data: { ...data },
    });
    if (typeof holds !== 'boolean') return { holds: null, says: 'The expression gave no condition.' };
    return { holds, says: holds ? 'It is so.' : 'It is not so.' };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { holds: null, says: `The expression could not be computed: ${error.message}.` };
  }
}
