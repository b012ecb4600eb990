import { z } from 'zod';
import type { DataType } from '../../../judgement/index.ts';
import type { InputField } from './schema.ts';

/** A JSON Schema. */
export type Json = z.core.JSONSchema.BaseSchema;
const IDENTIFIER = /^[A-Za-z_]\w*$/;
const MAX_DEPTH = 8;

/** The type of what an operation answers, as expressions see it. What may be null or has variants is `dyn`. */
export function typeOfSchema(schema: z.ZodType, io: 'input' | 'output'): DataType {
  return typeOfJson(jsonSchemaOf(schema, io), 0);
}

const written = { input: new WeakMap<z.ZodType, Json>(), output: new WeakMap<z.ZodType, Json>() };

/** JSON Schema of a zod schema, without references; what contains itself is left open. */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const json = written[io].get(schema) ?? writtenOut(schema, io);
  written[io].set(schema, json);
  return json;
}

function writtenOut(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $defs = {}, ...root } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return inlined(root, $defs as Record<string, Json>, 0);
}

function inlined(schema: Json, defs: Record<string, Json>, depth: number): Json {
  const name = schema.$ref?.replace('#/$defs/', '');
  const target = name === undefined ? schema : (defs[name] ?? {});
  if (depth > MAX_DEPTH) return {};
  return Object.fromEntries(
    Object.entries(target).map(([key, value]) => [key, inlinedPart(key, value, defs, depth)]),
  );
}

function inlinedPart(key: string, value: unknown, defs: Record<string, Json>, depth: number): unknown {
  const inner = (one: unknown) => inlined(one as Json, defs, depth + 1);
  if (key === 'properties')
    return Object.fromEntries(
      Object.entries(value as Record<string, Json>).map(([name, one]) => [name, inner(one)]),
    );
  if (key === 'items' && typeof value === 'object' && !Array.isArray(value)) return inner(value);
  return ['anyOf', 'oneOf', 'allOf'].includes(key) ? (value as Json[]).map(inner) : value;
}

function typeOfJson(schema: Json, depth: number): DataType {
  if (depth > MAX_DEPTH || schema.anyOf || schema.oneOf || schema.allOf) return 'dyn';
  switch (schema.type) {
    case 'string':
      return 'string';
    case 'number':
    case 'integer':
      return 'double';
    case 'boolean':
      return 'bool';
    case 'array': {
      const item = typeOfJson((schema.items ?? {}) as Json, depth + 1);
      return typeof item === 'string' ? `list<${item}>` : 'list<dyn>';
    }
    case 'object':
      return typeOfObject(schema, depth);
    default:
      return typeOfEnum(schema);
  }
}

function typeOfEnum({ enum: values, const: only }: Json): DataType {
  const all = values ?? (only === undefined ? [] : [only]);
  return all.length > 0 && all.every((value) => typeof value === 'string') ? 'string' : 'dyn';
}

/** A field that may be missing is `dyn`: reading it yields what is there, or fails when the step runs. */
function typeOfObject({ properties, required = [] }: Json, depth: number): DataType {
  const entries = Object.entries(properties ?? {});
  if (entries.length === 0 || !entries.every(([name]) => IDENTIFIER.test(name))) return 'dyn';
  return Object.fromEntries(
    entries.map(([name, field]): [string, DataType] => [
      name,
      required.includes(name) ? typeOfJson(field as Json, depth + 1) : 'dyn',
    ]),
  );
}

const INPUT_DATA_TYPES = {
  text: 'string',
  number: 'double',
  flag: 'bool',
  list: 'list<dyn>',
  object: 'dyn',
} as const satisfies Record<InputField['type'], string>;

/** The type of a template's input. */
export function typeOfInput(fields: Readonly<Record<string, InputField>>): DataType {
  const entries = Object.entries(fields);
  if (entries.length === 0) return 'dyn';
  return Object.fromEntries(
    entries.map(([name, { type, required }]) => [name, required ? INPUT_DATA_TYPES[type] : 'dyn']),
  );
}

const INPUT_SCHEMAS = {
  text: z.string().max(20_000),
  number: z.number(),
  flag: z.boolean(),
  list: z.array(z.unknown()).max(5_000),
  object: z.record(z.string(), z.unknown()),
} as const satisfies Record<InputField['type'], z.ZodType>;

/** Long enough not to be a part of other values, in which it is hidden. */
const SECRET = INPUT_SCHEMAS.text.min(8);

/** What a template's input has to be. Missing optional fields become null. */
export function inputSchemaOf(fields: Readonly<Record<string, InputField>>) {
  return z.strictObject(
    Object.fromEntries(
      Object.entries(fields).map(([name, { type, required, secret }]): [string, z.ZodType] => {
        const schema: z.ZodType = secret ? SECRET : INPUT_SCHEMAS[type];
        return [name, required ? schema : schema.nullable().default(null)];
      }),
    ),
  );
}

/** Whether a value of a CEL type may be put where a JSON Schema is expected; only what cannot be is refused. */
export function fits(celType: string, schema: Json | undefined): boolean {
  if (!schema || celType === 'dyn' || celType === 'null' || celType.startsWith('optional')) return true;
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return options.some((option) => fits(celType, option as Json));
  const expected = schema.type ?? (typeOfEnum(schema) === 'string' ? 'string' : undefined);
  if (expected === undefined) return true;
  return jsonTypesOf(celType).includes(expected as string);
}

function jsonTypesOf(celType: string): string[] {
  if (celType === 'string' || celType.includes('Timestamp')) return ['string'];
  if (celType === 'bool') return ['boolean'];
  if (celType === 'double' || celType === 'int' || celType === 'uint') return ['number', 'integer'];
  if (celType.startsWith('list')) return ['array'];
  return ['object'];
}
