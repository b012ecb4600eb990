import { z } from 'zod';

/**
 * What strict schemas leave out: providers refuse a whole request for `minLength` and the like. The answer
 * is checked against the full schema afterwards.
 * @see https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
const BOUNDS = [
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
] as const;

/** The JSON Schema of a zod schema, within what a provider takes as a strict response format. */
export function strictSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    override: ({ jsonSchema }) => {
      for (const bound of BOUNDS) delete jsonSchema[bound];
    },
  }) as Record<string, unknown>;
  return json;
}
