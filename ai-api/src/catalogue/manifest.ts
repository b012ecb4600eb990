import { z } from 'zod';
import { EVENT_TYPES, events } from '../contract/events.ts';
import type {
  Manifest,
  ManifestChoices,
  ManifestColumn,
  ManifestField,
  ManifestLocator,
  ManifestOperation,
} from '../contract/manifest-types.ts';
import {
  describedWithPlan,
  type Locate,
  type Operation,
  type Resource,
  takesIdempotencyKey,
} from '../contract/operation.ts';
import { inputProperties } from './openapi.ts';

interface JsonSchema {
  type?: string | string[];
  format?: string;
  description?: string;
  default?: unknown;
  enum?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  properties?: Record<string, JsonSchema>;
}

type Resources = Record<string, Resource>;

/** Describes every composable operation; a resource without any is left out, for a form cannot offer it. */
export function manifestOf(resources: Resources, apiVersion: string): Manifest {
  return {
    apiVersion,
    resources: Object.values(resources)
      .map((resource) => ({
        id: resource.id,
        name: resource.name,
        description: resource.description,
        operations: Object.entries(resource.operations)
          .filter(([, op]) => op.composable !== false)
          .map(([key, op]) => describe(resources, resource, key, op)),
      }))
      .filter(({ operations }) => operations.length > 0),
    ...batchOf(resources),
    events: EVENT_TYPES.map((type) => ({
      type,
      title: events[type].title,
      description: events[type].description,
    })),
  };
}

function describe(resources: Resources, resource: Resource, key: string, op: Operation): ManifestOperation {
  return {
    id: `${resource.id}.${key}`,
    key,
    name: titleCase(key),
    action: op.summary,
    description: describedWithPlan(op) ?? op.summary,
    method: op.method,
    path: op.path,
    list: op.list ?? false,
    idempotent: takesIdempotencyKey(op),
    fields: inputProperties(op)
      .filter(({ name }) => !(op.list && (name === 'cursor' || name === 'limit')))
      .map(({ name, location, required, schema }) =>
        field(resources, resource, op, name, location, required, schema as JsonSchema),
      ),
    simplified: op.simplified ?? [],
    files: op.files ?? [],
    ...(op.feature ? { feature: op.feature } : {}),
    ...(op.quota ? { quota: op.quota.of } : {}),
    ...(op.method === 'GET' && op.access !== 'public' && !op.list ? { batched: true as const } : {}),
  };
}

function batchOf(resources: Resources): { batch?: { path: string } } {
  const read = resources.batch?.operations.read;
  return read ? { batch: { path: read.path } } : {};
}

function field(
  resources: Resources,
  own: Resource,
  op: Operation,
  name: string,
  location: ManifestField['in'],
  required: boolean,
  schema: JsonSchema,
): ManifestField {
  const hint = op.hints?.[name] ?? {};
  const base = {
    name,
    in: location,
    label: hint.label ?? titleCase(name),
    description: schema.description ?? shapeOf(schema),
    required,
    ...(isNullable(schema) ? { nullable: true as const } : {}),
    ...(schema.default === undefined ? {} : { default: schema.default }),
    ...(hint.placeholder ? { placeholder: hint.placeholder } : {}),
    ...(hint.multiline ? { multiline: true } : {}),
  };
  const locator = locatorOf(resources, own, name, location, hint.locator);
  return {
    ...base,
    ...widget(schema),
    ...(locator ? { locator } : {}),
    ...(hint.choices ? { choices: choicesOf(resources, hint.choices) } : {}),
    ...(hint.file ? { file: hint.file } : {}),
    ...(hint.table ? { columns: columnsOf(hint.table) } : {}),
  };
}

/** @throws Error when a hint names a resource that cannot be picked from */
function locatorOf(
  resources: Resources,
  own: Resource,
  field: string,
  location: ManifestField['in'],
  hint: string | false | undefined,
): ManifestLocator | undefined {
  if (hint === false) return undefined;
  // Two resources may call different things alike; a resource's own rows come first.
  const ways = [own, ...Object.values(resources)].flatMap((resource) =>
    [resource.locate ?? []].flat().map((way) => ({ resource, way })),
  );
  const found = ways.find(({ resource, way }) => {
    if (hint) return resource.id === hint;
    if ((way.field ?? way.id) !== field) return false;
    return way.field !== undefined || field.endsWith('Id') || (resource === own && location === 'path');
  });
  if (found) return locatorFrom(found.resource, found.way);
  if (hint) throw new Error(`${field}: the resource ${hint} does not say how to locate a row`);
  return undefined;
}

function locatorFrom(resource: Resource, { operation, id, shown }: Locate): ManifestLocator {
  const list = resource.operations[operation];
  if (!list) throw new Error(`${resource.id} has no operation ${operation} to locate a row with`);
  return {
    resource: resource.id,
    name: titleCase(id.replace(/Id$/, '')) || resource.name,
    path: list.path,
    id,
    shown,
    search: 'search' in list.input.shape,
  };
}

/** @throws Error when there is no such operation */
function choicesOf(
  resources: Resources,
  { operation, value }: { operation: string; value: string },
): ManifestChoices {
  const [resource = '', key = ''] = operation.split('.');
  const found = resources[resource]?.operations[key];
  if (!found) throw new Error(`There is no operation ${operation} to take choices from`);
  return { operation, path: found.path, value };
}

function columnsOf(row: z.ZodObject): ManifestColumn[] {
  const { properties = {} } = z.toJSONSchema(row, { io: 'output', unrepresentable: 'any' }) as JsonSchema;
  return Object.entries(properties).map(([name, schema]) => {
    const known = schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
    const { type, options } = widget(known);
    return {
      name,
      label: titleCase(name),
      required: !isNullable(schema),
      type:
        type === 'options' || type === 'number' || type === 'boolean' || type === 'date' ? type : 'string',
      ...(options ? { options } : {}),
    };
  });
}

/** What a JSON field holds, where it has no description: `A list of {approvalId, version}`. */
function shapeOf(schema: JsonSchema): string {
  if (widget(schema).type !== 'json') return '';
  const fields = (one: JsonSchema | undefined) => Object.keys((one?.anyOf?.[0] ?? one)?.properties ?? {});
  const named = fields(schema.items ?? schema);
  if (named.length === 0) return '';
  return `${schema.items ? 'A list of ' : ''}{${named.join(', ')}}`;
}

function isNullable(schema: JsonSchema): boolean {
  return [schema, ...(schema.anyOf ?? [])].some((option) => [option.type].flat().includes('null'));
}

function widget(
  schema: JsonSchema,
): Pick<ManifestField, 'type' | 'options' | 'minValue' | 'maxValue' | 'precision'> {
  const accepts = (type: string): boolean =>
    [schema, ...(schema.anyOf ?? [])].some((option) => [option.type].flat().includes(type));
  if (schema.enum) return { type: 'options', options: choices(schema.enum) };
  if (schema.items?.enum) return { type: 'multiOptions', options: choices(schema.items.enum) };
  if (accepts('string') && accepts('number')) return { type: 'string' };
  if (accepts('boolean')) return { type: 'boolean' };
  if (accepts('integer') || accepts('number')) return { type: 'number', ...bounds(schema) };
  if (schema.format === 'date-time') return { type: 'dateTime' };
  if (schema.format === 'date') return { type: 'date' };
  if (accepts('string')) return { type: 'string' };
  return { type: 'json' };
}

function bounds(schema: JsonSchema): Pick<ManifestField, 'minValue' | 'maxValue' | 'precision'> {
  return {
    ...(schema.minimum === undefined ? {} : { minValue: schema.minimum }),
    ...(schema.maximum === undefined ? {} : { maxValue: schema.maximum }),
    ...(schema.type === 'integer' ? { precision: 0 } : {}),
  };
}

function choices(values: string[]): { value: string; name: string }[] {
  return values.map((value) => ({ value, name: value.includes('.') ? value : titleCase(value) }));
}

/** `startWeekly` and `on_leave` as people write them: `Start Weekly`, `On Leave`. */
function titleCase(identifier: string): string {
  return identifier
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .split(/[\s_-]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
