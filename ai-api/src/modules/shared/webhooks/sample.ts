import { z } from 'zod';

interface JsonSchema {
  type?: string | string[];
  format?: string;
  pattern?: string;
  const?: unknown;
  enum?: unknown[];
  example?: unknown;
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  minimum?: number;
}

/** Data of an event that never happened, in the form of those that do; the same each time. */
export function sampleOf(data: z.ZodType): Record<string, unknown> {
  return exampleOf(z.toJSONSchema(data, { unrepresentable: 'any' }) as JsonSchema, 'sample') as Record<
    string,
    unknown
  >;
}

function exampleOf(schema: JsonSchema, name: string): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf) return exampleOf(schema.anyOf[0] as JsonSchema, name);
  switch ([schema.type].flat()[0]) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([key, property]) => [key, exampleOf(property, key)]),
      );
    case 'array':
      return schema.items ? [exampleOf(schema.items, name)] : [];
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 1, 1);
    case 'boolean':
      return true;
    case 'string':
      return textOf(schema, name);
    default:
      return null;
  }
}

const TEXTS: Record<string, string> = {
  uuid: '01890000-0000-7000-8000-000000000000',
  'date-time': '2026-11-16T08:00:00.000Z',
  date: '2026-11-16',
  email: 'sample@example.com',
  uri: 'https://example.com/',
};

function textOf({ format }: JsonSchema, name: string): string {
  return TEXTS[format ?? ''] ?? `sample ${name}`;
}
