import { type IDataObject, type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import type { ApiRequest } from '../shared/transport.ts';
import { labelOf } from './field-property.ts';
import { fieldValue } from './field-value.ts';
import type { ManifestField, ManifestOperation } from './manifest.ts';
import type { ReadParameter } from './parameters.ts';

/** A request, and the input of the operation that it carries. */
export interface BuiltRequest {
  request: ApiRequest;
  input: IDataObject;
}

/**
 * Reads the parameters of one item and builds the request they stand for.
 *
 * @param tables tables and files that come from items, by field; they win over what the form says
 * @throws NodeOperationError when a path parameter is empty or a value cannot be read
 */
export function buildRequest(
  context: IExecuteFunctions,
  read: ReadParameter,
  op: ManifestOperation,
  itemIndex: number,
  tables: Record<string, unknown> = {},
): BuiltRequest {
  const inForm = op.fields.filter(({ name }) => !Object.hasOwn(tables, name));
  const values = new Map([...readValues(context, read, inForm, itemIndex), ...Object.entries(tables)]);
  const body = valuesIn(op, 'body', values);
  return {
    request: {
      method: op.method,
      path: fillPath(context, op, values, itemIndex),
      query: valuesIn(op, 'query', values),
      ...(op.fields.some((field) => field.in === 'body') ? { body } : {}),
    },
    input: Object.fromEntries([...values].filter(([, value]) => value !== undefined)) as IDataObject,
  };
}

function readValues(
  context: IExecuteFunctions,
  read: ReadParameter,
  fields: ManifestField[],
  itemIndex: number,
): Map<string, unknown> {
  const additional = fields.some((field) => !field.required)
    ? (read('additionalFields', itemIndex, {}) as IDataObject)
    : {};
  const raw = (field: ManifestField) =>
    field.required ? read(field.name, itemIndex) : additional[field.name];
  return new Map(fields.map((field) => [field.name, fieldValue(context, field, raw(field), itemIndex)]));
}

function valuesIn(
  op: ManifestOperation,
  place: ManifestField['in'],
  values: Map<string, unknown>,
): IDataObject {
  const given = op.fields
    .filter((field) => field.in === place && values.get(field.name) !== undefined)
    .map((field) => [field.name, values.get(field.name)]);
  return Object.fromEntries(given) as IDataObject;
}

function fillPath(
  context: IExecuteFunctions,
  op: ManifestOperation,
  values: Map<string, unknown>,
  itemIndex: number,
): string {
  return op.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const text = String(values.get(name) ?? '').trim();
    // `.` and `..` survive encoding and would lead to another operation.
    if (text === '' || text === '.' || text === '..') {
      const label = labelOf(op.fields.find((field) => field.name === name) ?? { label: name });
      throw new NodeOperationError(context.getNode(), `${label} must not be empty`, {
        itemIndex,
        description: 'An expression may have no value for this item.',
      });
    }
    return encodeURIComponent(text);
  });
}
