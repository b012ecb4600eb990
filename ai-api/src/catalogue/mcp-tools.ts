import { z } from 'zod';
import type { McpAnnotations, McpTool } from '../contract/mcp-tool.ts';
import { describedWithPlan, type Operation, type Resource } from '../contract/operation.ts';

/** Characters of the schema of one input. */
const MAX_PROPERTY = 5_000;

/** Every composable operation as an MCP tool, in the order of the resources, but no decision about people: models call tools. */
export function mcpTools(resources: Record<string, Resource>): McpTool[] {
  return Object.values(resources).flatMap(({ id, operations }) =>
    Object.entries(operations)
      .filter(([, op]) => op.composable !== false && !op.decides)
      .map(([key, op]) => toolOf(id, key, op)),
  );
}

function toolOf(resourceId: string, key: string, op: Operation): McpTool {
  return {
    operation: `${resourceId}.${key}`,
    name: `${snakeCase(resourceId)}_${snakeCase(key)}`,
    title: op.summary,
    description: [`${op.summary}.`, describedWithPlan(op)].filter(Boolean).join(' '),
    inputSchema: inputSchemaOf(op),
    annotations: annotationsOf(op),
  };
}

/** From the method: DELETE and PUT repeat without a further effect, and only what creates is known to add. */
function annotationsOf({ method, status }: Operation): McpAnnotations {
  return {
    readOnlyHint: method === 'GET',
    destructiveHint: method !== 'GET' && status !== 201,
    idempotentHint: method === 'GET' || method === 'PUT' || method === 'DELETE',
  };
}

function inputSchemaOf(op: Operation): McpTool['inputSchema'] {
  const schema = z.toJSONSchema(op.input, {
    io: 'input',
    unrepresentable: 'any',
    // The pattern of a format is long, and says nothing that its name does not.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      delete jsonSchema.id;
    },
  });
  const { $schema: _dialect, properties = {}, ...rest } = schema;
  const short = Object.entries(properties).map(([name, property]) => [name, shortened(property, op)]);
  return { ...rest, type: 'object', properties: Object.fromEntries(short), additionalProperties: false };
}

type Property = z.core.JSONSchema._JSONSchema;

/** A schema that would fill what a model reads is named instead; the operation says what is wrong with a value. */
function shortened(property: Property, { method, path }: Operation): Property {
  if (typeof property === 'boolean' || JSON.stringify(property).length <= MAX_PROPERTY) return property;
  const { type, description } = property;
  const place = `Its schema is in /openapi.json, at ${method} ${path}.`;
  return { ...(type ? { type } : {}), description: description ? `${description}. ${place}` : place };
}

function snakeCase(identifier: string): string {
  return identifier.replaceAll(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();
}
