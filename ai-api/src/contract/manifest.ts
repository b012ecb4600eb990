import { EVENT_TYPES, events } from './events.ts';
import { inputProperties } from './openapi.ts';
import { type Operation, type Resource, takesIdempotencyKey } from './operation.ts';

/** The contracts as plain data, from which the n8n node and the ToolJet plugin build their forms. */
export interface Manifest {
  apiVersion: string;
  resources: ManifestResource[];
  events: { type: string; title: string; description: string }[];
}

export interface ManifestResource {
  id: string;
  name: string;
  description: string;
  operations: ManifestOperation[];
}

export interface ManifestOperation {
  id: string;
  key: string;
  name: string;
  action: string;
  description: string;
  method: string;
  path: string;
  list: boolean;
  /** The operation takes an `Idempotency-Key`. */
  idempotent: boolean;
  fields: ManifestField[];
  simplified: readonly string[];
}

export interface ManifestField {
  name: string;
  in: 'path' | 'query' | 'body';
  label: string;
  description: string;
  required: boolean;
  type: 'string' | 'number' | 'boolean' | 'options' | 'multiOptions' | 'json' | 'dateTime';
  default?: unknown;
  options?: { value: string; name: string }[];
  placeholder?: string;
  multiline?: boolean;
  minValue?: number;
  maxValue?: number;
  precision?: number;
}

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
}

/** Describes every composable operation; a resource without any is left out, for a form cannot offer it. */
export function manifestOf(resources: Record<string, Resource>, apiVersion: string): Manifest {
  return {
    apiVersion,
    resources: Object.values(resources)
      .map((resource) => ({
        id: resource.id,
        name: resource.name,
        description: resource.description,
        operations: Object.entries(resource.operations)
          .filter(([, op]) => op.composable !== false)
          .map(([key, op]) => describe(resource, key, op)),
      }))
      .filter(({ operations }) => operations.length > 0),
    events: EVENT_TYPES.map((type) => ({
      type,
      title: events[type].title,
      description: events[type].description,
    })),
  };
}

function describe(resource: Resource, key: string, op: Operation): ManifestOperation {
  return {
    id: `${resource.id}.${key}`,
    key,
    name: titleCase(key),
    action: op.summary,
    description: op.description ?? op.summary,
    method: op.method,
    path: op.path,
    list: op.list ?? false,
    idempotent: takesIdempotencyKey(op),
    fields: inputProperties(op)
      .filter(({ name }) => !(op.list && (name === 'cursor' || name === 'limit')))
      .map(({ name, location, required, schema }) =>
        field(op, name, location, required, schema as JsonSchema),
      ),
    simplified: op.simplified ?? [],
  };
}

function field(
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
    description: schema.description ?? '',
    required,
    ...(schema.default === undefined ? {} : { default: schema.default }),
    ...(hint.placeholder ? { placeholder: hint.placeholder } : {}),
    ...(hint.multiline ? { multiline: true } : {}),
  };
  return { ...base, ...widget(schema) };
}

function widget(
  schema: JsonSchema,
): Pick<ManifestField, 'type' | 'options' | 'minValue' | 'maxValue' | 'precision'> {
  const accepts = (type: string): boolean =>
    [schema, ...(schema.anyOf ?? [])].some((option) => [option.type].flat().includes(type));
  if (schema.enum) return { type: 'options', options: choices(schema.enum) };
  if (schema.items?.enum) return { type: 'multiOptions', options: choices(schema.items.enum) };
  if (accepts('boolean')) return { type: 'boolean' };
  if (accepts('integer') || accepts('number')) return { type: 'number', ...bounds(schema) };
  if (schema.format === 'date-time') return { type: 'dateTime' };
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
