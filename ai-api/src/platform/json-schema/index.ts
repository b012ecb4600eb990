import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { LRUCache } from 'lru-cache';
import { compilePattern, PatternError } from '../text/pattern.ts';
import { schemaFault } from './bounds.ts';
import { FORMATS } from './formats.ts';

const MAX_COMPILED = 200;
const MAX_ERRORS = 20;

/** A JSON Schema that cannot be used, and why. */
export class SchemaError extends Error {
  override name = 'SchemaError';
}

/** What is wrong with a value, and where. */
interface SchemaFault {
  /** JSON Pointer, '' for the whole. */
  path: string;
  message: string;
}

/** Checks values against one schema; answers what is wrong, nothing for a value that fits. */
type SchemaCheck = (value: unknown) => SchemaFault[];

const compiled = new LRUCache<string, SchemaCheck>({ max: MAX_COMPILED });

/**
 * Compiles a JSON Schema of draft 2020-12 that a person wrote: without remote references and without recursion, with
 * regular expressions of RE2, of bounded size.
 * @throws {SchemaError}
 */
export function compileJsonSchema(schema: Readonly<Record<string, unknown>>): SchemaCheck {
  const key = JSON.stringify(schema);
  const before = compiled.get(key);
  if (before) return before;
  const fault = schemaFault(schema);
  if (fault !== null) throw new SchemaError(fault);
  const check = checkOf(compile(schema));
  compiled.set(key, check);
  return check;
}

function compile(schema: Readonly<Record<string, unknown>>): ValidateFunction {
  const ajv = new Ajv2020({
    allErrors: false,
    strict: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    logger: false,
    formats: FORMATS,
    code: { regExp: Object.assign(safeRegExp, { code: 'safeRegExp' }) },
  });
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    error: { message: 'must not have equal items' },
    validate: (isUnique: boolean, list: unknown[]) =>
      !isUnique || new Set(list.map(canonical)).size === list.length,
  });
  try {
    return ajv.compile(schema as Record<string, unknown>);
  } catch (error) {
    throw new SchemaError((error as Error).message.split('\n')[0]);
  }
}

/** The engine that ajv compiles patterns with. It tells them apart by `toString`, so that has to differ by pattern. */
function safeRegExp(source: string): { test(text: string): boolean; toString(): string } {
  const pattern = compilePattern(source);
  return { test: pattern.test, toString: () => `re2(${JSON.stringify(source)})` };
}

function checkOf(validate: ValidateFunction): SchemaCheck {
  return (value) => {
    try {
      return validate(value) ? [] : (validate.errors ?? []).slice(0, MAX_ERRORS).map(faultOf);
    } catch (error) {
      if (error instanceof PatternError) return [{ path: '', message: error.message }];
      if (error instanceof RangeError) return [{ path: '', message: 'is nested too deep' }];
      throw error;
    }
  };
}

function faultOf({ instancePath, message, keyword, params }: ErrorObject): SchemaFault {
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') {
    const name = params.additionalProperty ?? params.unevaluatedProperty;
    return { path: `${instancePath}/${String(name)}`, message: 'is not a property of the schema' };
  }
  if (keyword === 'enum')
    return { path: instancePath, message: `must be one of ${JSON.stringify(params.allowedValues)}` };
  return { path: instancePath, message: message ?? 'does not fit' };
}

/** Equal for values that are equal in JSON. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join()}}`;
}
