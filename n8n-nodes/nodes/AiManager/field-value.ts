import { type IExecuteFunctions, NodeOperationError, tryToParseDateTime } from 'n8n-workflow';
import { labelOf } from './field-property.ts';
import type { ManifestField } from './manifest.ts';

/**
 * Turns what a form or an expression gave for a field into what the API takes.
 *
 * An optional field left empty is `undefined` and is not sent; `null` of an expression is, where it means something. Dates become UTC ISO 8601; one without
 * an offset is read in the workflow's timezone. A day is the day there. JSON may be text or an object. Anything that is not
 * understood is passed on as it is, for the API to refuse by name.
 *
 * @throws NodeOperationError for text that is not valid JSON or not a date
 */
export function fieldValue(
  context: IExecuteFunctions,
  field: ManifestField,
  given: unknown,
  itemIndex: number,
): unknown {
  const value = isLocator(given) ? given.value : given;
  if (value === null && field.nullable) return null;
  if (value === undefined || value === null) return undefined;
  if (value === '' && !(field.required && field.type === 'string')) return undefined;
  const refuse = (what: string) =>
    new NodeOperationError(context.getNode(), `${labelOf(field)} is not ${what}`, { itemIndex });
  switch (field.type) {
    case 'json':
      return typeof value === 'string' ? parseJson(value, () => refuse('valid JSON')) : value;
    case 'dateTime':
      return toUtc(value, context.getTimezone(), () => refuse('a date'));
    case 'date':
      return toDay(value, context.getTimezone(), () => refuse('a date'));
    case 'number':
      return typeof value === 'string' && Number.isFinite(Number(value)) ? Number(value) : value;
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value;
    case 'multiOptions':
      return typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value;
    default:
      return value;
  }
}

function parseJson(text: string, refuse: () => Error): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse();
  }
}

function toUtc(value: unknown, zone: string, refuse: () => Error): string {
  try {
    return tryToParseDateTime(value, zone).toJSDate().toISOString();
  } catch {
    throw refuse();
  }
}

function toDay(value: unknown, zone: string, refuse: () => Error): string {
  try {
    return tryToParseDateTime(value, zone).setZone(zone).toFormat('yyyy-MM-dd');
  } catch {
    throw refuse();
  }
}

/** What a resource locator gives where n8n has not taken the value out yet, as in a collection. */
function isLocator(given: unknown): given is { value: unknown } {
  return typeof given === 'object' && given !== null && '__rl' in given && 'value' in given;
}
