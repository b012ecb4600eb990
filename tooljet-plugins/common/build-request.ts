import { QueryError } from './query-error.ts';
import type { Route, RouteField } from './route.ts';
import type { Options } from './types.ts';

/** A call of a service, before its address and credentials. */
export interface ServiceRequest {
  method: string;
  path: string;
  query: Record<string, string | string[]>;
  body?: Record<string, unknown>;
}

/**
 * Builds the request that a form stands for. Empty optional fields are not sent.
 *
 * @throws {QueryError} that names every field that is missing or cannot be read
 */
export function buildRequest(route: Route, options: Options): ServiceRequest {
  const faults: { field: string; message: string }[] = [];
  const values = new Map<RouteField, unknown>();
  for (const field of route.fields) {
    const { value, fault } = readField(field, options[field.key]);
    if (fault) faults.push({ field: field.name, message: fault });
    else if (value !== undefined) values.set(field, value);
  }
  if (faults.length > 0) throw faulty(route, faults);
  const bodyFields = [...values].filter(([field]) => field.in === 'body');
  return {
    method: route.method,
    path: route.path.replace(/\{(\w+)\}/g, (_, name: string) => segment(values, name)),
    query: Object.fromEntries(
      [...values].filter(([field]) => field.in === 'query').map(([{ name }, value]) => [name, plain(value)]),
    ),
    ...(route.method === 'GET' || route.method === 'DELETE'
      ? {}
      : { body: Object.fromEntries(bodyFields.map(([{ name }, value]) => [name, value])) }),
  };
}

function faulty(route: Route, faults: { field: string; message: string }[]): QueryError {
  const labelOf = (name: string) => route.fields.find((field) => field.name === name)?.label ?? name;
  const description = faults.map(({ field, message }) => `${labelOf(field)} ${message}.`).join(' ');
  return new QueryError('The input is not valid', description, {
    code: 'INVALID_INPUT',
    errors: faults,
    fields: Object.fromEntries(faults.map(({ field, message }) => [field, message])),
  });
}

function readField(field: RouteField, given: unknown): { value?: unknown; fault?: string } {
  // Components that are empty give null too, so that it counts only where there is no way to leave the field out.
  if (given === null && field.nullable && field.required) return { value: null };
  const empty = given === undefined || given === null || (typeof given === 'string' && given.trim() === '');
  if (empty) return field.required ? { fault: 'must not be empty' } : {};
  switch (field.type) {
    case 'json':
      return typeof given === 'string' ? parseJson(given) : { value: given };
    case 'number':
      return readNumber(given);
    case 'boolean':
      return readBoolean(given);
    case 'multiOptions':
      return typeof given === 'string' ? readList(given) : { value: given };
    case 'dateTime':
      return readTime(given);
    default:
      // A binding may give rows where the service takes them in place of text.
      return { value: typeof given === 'object' && field.in === 'body' ? given : plain(given) };
  }
}

/** Choices as `a, b` or as a JSON array. */
function readList(text: string): { value?: unknown; fault?: string } {
  return text.trimStart().startsWith('[')
    ? parseJson(text)
    : { value: text.split(',').map((part) => part.trim()) };
}

function parseJson(text: string): { value?: unknown; fault?: string } {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // A table may be given as CSV: text that does not even begin as JSON is left for the service to read.
    return /^\s*[[{]/.test(text) ? { fault: 'is not valid JSON' } : { value: text };
  }
}

function readNumber(given: unknown): { value?: unknown; fault?: string } {
  const number = typeof given === 'number' ? given : Number(String(given).trim());
  return Number.isFinite(number) ? { value: number } : { fault: 'must be a number' };
}

function readBoolean(given: unknown): { value?: unknown; fault?: string } {
  const text = String(given).trim().toLowerCase();
  return text === 'true' || text === 'false'
    ? { value: text === 'true' }
    : { fault: 'must be true or false' };
}

function readTime(given: unknown): { value?: unknown; fault?: string } {
  const time = new Date(String(given));
  return Number.isNaN(time.getTime())
    ? { fault: 'is not a valid date and time' }
    : { value: time.toISOString() };
}

function plain(value: unknown): string | string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function segment(values: Map<RouteField, unknown>, name: string): string {
  const [, value] = [...values].find(([field]) => field.name === name) ?? [];
  const text = String(value ?? '').trim();
  // `.` and `..` survive encoding and would lead to another operation.
  if (text === '' || text === '.' || text === '..') {
    throw new QueryError('The input is not valid', `${name} must not be "${text}".`, {
      code: 'INVALID_INPUT',
      fields: { [name]: 'must not be empty' },
    });
  }
  return encodeURIComponent(text);
}
