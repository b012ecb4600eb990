import type { z } from 'zod';

const TYPES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

/**
 * What is wrong with a field, as a clause that follows its name: "is required", "must be one of a, b". Messages that a
 * contract gives itself stay as they are.
 */
export function plainIssue(issue: z.core.$ZodIssue): string {
  if ('input' in issue && issue.input === undefined) return 'is required';
  switch (issue.code) {
    case 'invalid_type':
      return ofType(issue.message);
    case 'invalid_value':
      return issue.message.startsWith('Invalid ') ? oneOf(issue.values) : issue.message;
    case 'too_small':
      return issue.message.startsWith('Too small') ? least(issue) : issue.message;
    case 'too_big':
      return issue.message.startsWith('Too big') ? most(issue) : issue.message;
    case 'unrecognized_keys':
      return `has no ${issue.keys.length === 1 ? 'field' : 'fields'} ${issue.keys.join(', ')}`;
    case 'not_multiple_of':
      return issue.message.startsWith('Invalid ') ? `must be a multiple of ${issue.divisor}` : issue.message;
    case 'invalid_format':
      return issue.message.replace(/^Invalid string: /, '').replace(/^Invalid /, 'is not a valid ');
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options) ? oneOf(issue.options) : 'is not valid';
    default:
      return issue.message === 'Invalid input' ? 'is not valid' : issue.message;
  }
}

/** Zod keeps the type that it was given in the message only. */
function ofType(message: string): string {
  const [, expected = '', received = ''] =
    /^Invalid input: expected (\w+), received (\w+)$/.exec(message) ?? [];
  if (received === '') return message;
  if (received === 'undefined') return 'is required';
  if (received === 'NaN') return 'must be a number';
  if (expected === 'int' && received === 'number') return 'must be a whole number';
  return `must be ${TYPES[expected] ?? expected}, not ${TYPES[received] ?? received}`;
}

function oneOf(values: readonly unknown[]): string {
  const [only] = values;
  return values.length === 1 ? `must be ${String(only)}` : `must be one of ${values.map(String).join(', ')}`;
}

function least({ origin, minimum, inclusive }: z.core.$ZodIssueTooSmall): string {
  const unit = unitOf(origin, Number(minimum));
  if (unit) return `must have at least ${minimum} ${unit}`;
  return inclusive === false ? `must be more than ${minimum}` : `must be at least ${minimum}`;
}

function most({ origin, maximum, inclusive }: z.core.$ZodIssueTooBig): string {
  const unit = unitOf(origin, Number(maximum));
  if (unit) return `must have at most ${maximum} ${unit}`;
  return inclusive === false ? `must be less than ${maximum}` : `must be at most ${maximum}`;
}

/** What is counted; null for numbers and dates. */
function unitOf(origin: string, size: number): string | null {
  if (origin === 'string') return size === 1 ? 'character' : 'characters';
  if (origin === 'array' || origin === 'set' || origin === 'map') return size === 1 ? 'item' : 'items';
  return origin === 'object' ? (size === 1 ? 'field' : 'fields') : null;
}
