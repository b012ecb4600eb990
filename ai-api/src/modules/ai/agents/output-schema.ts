import { z } from 'zod';
import { invalidField } from '../../../http/problem.ts';
import { compileJsonSchema, SchemaError } from '../../../platform/json-schema/index.ts';

/**
 * What an output schema may be made of: what providers take as a strict schema, and bounds that we check ourselves.
 * `$ref` is left out, because it may loop. Patterns are of RE2 and are checked here alone: providers differ in what they
 * take.
 */
const KEYWORDS = new Set([
  'type',
  'title',
  'description',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'enum',
  'const',
  'anyOf',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'pattern',
]);
const TYPES = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);
const MAX_DEPTH = 6;
const MAX_CHARACTERS = 16_000;
const MAX_PROPERTIES = 100;

/** What an agent without a schema of its own answers. */
const PLAIN = z.object({ answer: z.string().min(1).max(50_000) });

type Node = Record<string, unknown>;

/**
 * The zod schema of an agent's answers.
 * @throws {import('../../../http/problem.ts').Problem} INVALID_INPUT that names the place in the schema
 */
export function outputSchemaOf(schema: Record<string, unknown> | null): z.ZodType<Record<string, unknown>> {
  if (schema === null) return PLAIN;
  if (JSON.stringify(schema).length > MAX_CHARACTERS)
    throw invalidField('outputSchema', `must be at most ${MAX_CHARACTERS} characters of JSON`);
  if (schema.type !== 'object') throw invalidField('outputSchema', 'must have type object');
  const count = { properties: 0 };
  checkNode(schema, 'outputSchema', 1, count);
  if (count.properties === 0) throw invalidField('outputSchema', 'must have properties');
  const base = baseSchema(schema);
  if (!hasPattern(schema)) return base;
  const faultsOf = compiledSchema(schema);
  return base.superRefine((answer, context) => {
    for (const { path, message } of faultsOf(answer))
      context.addIssue({ code: 'custom', path: path.split('/').slice(1), message });
  });
}

function baseSchema(schema: Node): z.ZodType<Record<string, unknown>> {
  try {
    return z.fromJSONSchema(withoutPatterns(schema) as z.core.JSONSchema.JSONSchema) as z.ZodType<
      Record<string, unknown>
    >;
  } catch {
    throw invalidField('outputSchema', 'is not a supported JSON Schema');
  }
}

function compiledSchema(schema: Node) {
  try {
    return compileJsonSchema(schema);
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    throw invalidField('outputSchema', error.message);
  }
}

const hasPattern = (schema: Node): boolean =>
  JSON.stringify(schema) !== JSON.stringify(withoutPatterns(schema));

/** The same schema with patterns in words; a property may be named so. */
function withoutPatterns(schema: Node): Node {
  const { pattern, description } = schema;
  const told = typeof pattern === 'string' ? `Matches the regular expression ${pattern}` : null;
  const words = told && (typeof description === 'string' ? `${description} ${told}` : told);
  const kept = Object.fromEntries(
    Object.entries(schema).flatMap(([keyword, value]): [string, unknown][] => {
      if (keyword === 'pattern') return [];
      if (keyword === 'properties' && isNode(value))
        return [
          [
            keyword,
            Object.fromEntries(
              Object.entries(value).map(([name, inner]) => [
                name,
                isNode(inner) ? withoutPatterns(inner) : inner,
              ]),
            ),
          ],
        ];
      if (keyword === 'items' && isNode(value)) return [[keyword, withoutPatterns(value)]];
      if (keyword === 'anyOf' && Array.isArray(value))
        return [[keyword, value.map((inner) => (isNode(inner) ? withoutPatterns(inner) : inner))]];
      return [[keyword, value]];
    }),
  );
  return words ? { ...kept, description: words } : kept;
}

function checkNode(value: unknown, path: string, depth: number, count: { properties: number }): void {
  if (!isNode(value)) throw invalidField(path, 'must be a JSON Schema object');
  if (depth > MAX_DEPTH) throw invalidField(path, `is nested more than ${MAX_DEPTH} deep`);
  const foreign = Object.keys(value).find((keyword) => !KEYWORDS.has(keyword));
  if (foreign) throw invalidField(`${path}.${foreign.slice(0, 50)}`, 'is not a supported keyword');
  const types = [value.type ?? []].flat();
  if (types.some((type) => typeof type !== 'string' || !TYPES.has(type)))
    throw invalidField(`${path}.type`, `must be of ${[...TYPES].join(', ')}`);
  if (types.length === 0 && !value.anyOf && !value.enum && value.const === undefined)
    throw invalidField(path, 'must say its type');
  if (value.enum !== undefined && !(Array.isArray(value.enum) && value.enum.length > 0))
    throw invalidField(`${path}.enum`, 'must be a list of values');
  if (types.includes('object')) checkObject(value, path, depth, count);
  if (types.includes('array')) checkNode(value.items, `${path}.items`, depth + 1, count);
  if (value.anyOf !== undefined) {
    if (!Array.isArray(value.anyOf) || value.anyOf.length === 0)
      throw invalidField(`${path}.anyOf`, 'must be a list of schemas');
    for (const [index, option] of value.anyOf.entries())
      checkNode(option, `${path}.anyOf.${index}`, depth + 1, count);
  }
}

/** Strict schemas know no optional property and no property that is not named. */
function checkObject(value: Node, path: string, depth: number, count: { properties: number }): void {
  const { properties, required, additionalProperties } = value;
  if (!isNode(properties)) throw invalidField(`${path}.properties`, 'must name the properties');
  if (additionalProperties !== false) throw invalidField(`${path}.additionalProperties`, 'must be false');
  const names = Object.keys(properties);
  count.properties += names.length;
  if (count.properties > MAX_PROPERTIES)
    throw invalidField(path, `has more than ${MAX_PROPERTIES} properties in all`);
  const listed = new Set(Array.isArray(required) ? required : []);
  const optional = names.find((name) => !listed.has(name));
  if (optional !== undefined || listed.size !== names.length)
    throw invalidField(`${path}.required`, 'must list every property; an optional property must allow null');
  for (const name of names) checkNode(properties[name], `${path}.properties.${name}`, depth + 1, count);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
