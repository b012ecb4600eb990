import fc from 'fast-check';
import { inputProperties } from '../src/catalogue/openapi.ts';
import type { Operation } from '../src/contract/operation.ts';

/** The part of JSON Schema that contracts are written in. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  example?: unknown;
  examples?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  prefixItems?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
  minItems?: number;
  minLength?: number;
  maxLength?: number;
}

/** What a generated input may be made of. */
export interface Words {
  /** Text that only this company writes. */
  marker: string;
  /** Values that answers held, by the name of their field; of this company and of the others. */
  known(field: string): string[];
  /** Every id that was ever seen. */
  ids(): string[];
  /** The address of a listener. */
  url: string;
}

type Pick = <T>(values: readonly T[]) => T;

/** An input of an operation: mostly valid by its schema, now and then not, with ids that were seen before. */
export function generateInput(op: Operation, words: Words, gen: fc.GeneratorValue): Record<string, unknown> {
  const pick: Pick = (values) => gen(fc.constantFrom, ...values) as never;
  const components = { schemas: {} as Record<string, Schema> };
  const input: Record<string, unknown> = {};
  for (const { name, required, schema } of inputProperties(op, components)) {
    if (!required && pick([true, false])) continue;
    const placeholder = op.hints?.[name]?.placeholder;
    input[name] = makeValue(schema as Schema, name, { words, pick, gen, components, placeholder, depth: 0 });
  }
  return input;
}

interface Making {
  words: Words;
  pick: Pick;
  gen: fc.GeneratorValue;
  components: { schemas: Record<string, Schema> };
  placeholder: string | undefined;
  depth: number;
}

function makeValue(schema: Schema, name: string, making: Making): unknown {
  const { pick, components, depth } = making;
  const deeper = { ...making, depth: depth + 1 };
  if (schema.$ref) {
    const target = components.schemas[schema.$ref.split('/').at(-1) ?? ''];
    return target && depth < 6 ? makeValue(target, name, deeper) : null;
  }
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return pick(schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return makeValue(pick(choices), name, deeper);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => makeValue(part, name, deeper)));
  const type = Array.isArray(schema.type) ? pick(schema.type) : schema.type;
  if (type === 'boolean') return pick([true, false]);
  if (type === 'integer' || type === 'number') return numberOf(schema, making);
  if (type === 'null') return null;
  if (type === 'array') {
    const items =
      schema.prefixItems ?? Array(Math.max(schema.minItems ?? 0, pick([0, 1, 2]))).fill(schema.items ?? {});
    return items.map((item) => makeValue(item, name, deeper));
  }
  if (type === 'object' || schema.properties) return objectOf(schema, deeper);
  return textOf(schema, name, making);
}

function objectOf({ properties = {}, required = [] }: Schema, making: Making): object {
  const named = Object.entries(properties).filter(
    ([name]) => required.includes(name) || (making.depth < 4 && making.pick([true, false])),
  );
  return Object.fromEntries(named.map(([name, schema]) => [name, makeValue(schema, name, making)]));
}

function numberOf({ minimum = 0, maximum = 1000 }: Schema, { pick }: Making): number {
  return pick([minimum, Math.min(maximum, minimum + 1), Math.min(maximum, minimum + 50)]);
}

const FORMATS: Record<string, (words: Words) => string> = {
  'date-time': () => '2026-11-20T08:00:00Z',
  date: () => '2026-11-20',
  email: ({ marker }) => `${marker}@people.example`,
  uri: ({ url }) => url,
  uuid: () => '01a1f000-0000-7000-8000-000000000000',
};

function textOf(schema: Schema, name: string, { words, pick, gen, placeholder }: Making): string {
  const { pattern, minLength = 0, maxLength = 10_000 } = schema;
  const fits = (text: unknown): text is string =>
    typeof text === 'string' &&
    text.length >= minLength &&
    text.length <= maxLength &&
    (!pattern || new RegExp(pattern, 'u').test(text));
  const known = words.known(name).filter(fits);
  if (known.length > 0 && pick([true, true, true, false])) return pick(known);
  const format = FORMATS[schema.format ?? ''];
  if (schema.format === 'uuid' && words.ids().length > 0) return pick(words.ids());
  if (format) return format(words);
  const free = [`${words.marker} ${name}`, words.marker].filter(fits);
  const said = [placeholder, schema.example, ...(schema.examples ?? []), schema.default].filter(fits);
  const candidates = [...free, ...said];
  if (candidates.length > 0) return pick(candidates);
  return pattern ? gen(fc.stringMatching, new RegExp(pattern, 'u')) : words.marker;
}
