import { z } from 'zod';
import { type ErrorCode, PROBLEMS } from '../contract/errors.ts';
import { EVENT_TYPES, events } from '../contract/events.ts';
import {
  alsoOf,
  describedWithPlan,
  locationOf,
  type Operation,
  planErrors,
  type Resource,
  takesIdempotencyKey,
} from '../contract/operation.ts';
import { problemDocument } from '../contract/schemas.ts';
import { sampleOf } from './samples.ts';

type Json = Record<string, unknown>;
interface Components {
  schemas: Record<string, unknown>;
}

/** Shown where a key is entered. */
const KEY_HINT =
  'An API key. `npm start` prints one at its end; elsewhere an administrator creates one with `POST /api-keys`.';

/** Problems that any operation with a credential and an input may answer. */
const COMMON: ErrorCode[] = [
  'INVALID_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'RATE_LIMITED',
  'OVERLOADED',
  'REQUEST_TIMEOUT',
  'SERVICE_UNAVAILABLE',
];

/** What the `Idempotency-Key` adds. */
const KEYED: ErrorCode[] = [
  'IDEMPOTENCY_KEY_INVALID',
  'IDEMPOTENCY_IN_FLIGHT',
  'IDEMPOTENCY_ANSWER_LOST',
  'IDEMPOTENCY_MISMATCH',
];
const KEY_PARAMETER = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Identifies this request: a repetition within 24 hours gets the same response and is carried out once.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

/** Problems that any operation with a body may answer beside those. */
const OF_BODIES: ErrorCode[] = ['MALFORMED_JSON', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'];

/**
 * The OpenAPI 3.1 document of all resources, including the events as `webhooks`.
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export function openApi(
  resources: Record<string, Resource>,
  info: { version: string; serverUrl: string },
): Json {
  const components: Components = { schemas: {} };
  const paths: Record<string, Json> = {};
  for (const resource of Object.values(resources)) {
    for (const [key, op] of Object.entries(resource.operations)) {
      paths[op.path] ??= {};
      (paths[op.path] as Json)[op.method.toLowerCase()] = describe(resource, key, op, components);
    }
  }
  const webhooks = Object.fromEntries(EVENT_TYPES.map((type) => [type, webhookOf(type, components)]));
  jsonSchema(problemDocument, 'output', components);
  return {
    openapi: '3.1.1',
    info: {
      title: 'AI Manager API',
      version: info.version,
      description:
        'Weekly evaluations judged by rules, models and people. Errors are RFC 9457 problem documents.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: info.serverUrl }],
    tags: Object.values(resources).map(({ name, description }) => ({ name, description })),
    paths,
    webhooks,
    components: {
      ...components,
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: KEY_HINT } },
    },
  };
}

function describe(resource: Resource, key: string, op: Operation, components: Components): Json {
  const fields = inputProperties(op, components);
  const parameters: Json[] = fields
    .filter(({ location }) => location !== 'body')
    .map((field) => parameterOf(field, components));
  if (takesIdempotencyKey(op)) parameters.push(KEY_PARAMETER);
  const body = fields.filter(({ location }) => location === 'body');
  return {
    operationId: `${resource.id}.${key}`,
    tags: [resource.name],
    summary: op.summary,
    ...(describedWithPlan(op) ? { description: describedWithPlan(op) } : {}),
    security: op.access === 'public' ? [] : [{ apiKey: [] }],
    ...(op.access === 'public' ? {} : { 'x-roles': op.access }),
    ...(op.feature ? { 'x-feature': op.feature } : {}),
    ...(op.quota ? { 'x-quota': op.quota.of } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body.length > 0 ? { requestBody: requestBody(body, components) } : {}),
    responses: { ...success(op, components), ...failures(op, body.length > 0) },
  };
}

/** Only what is required has an example: forms fill it in and send it, and a filter by chance finds nothing. */
function parameterOf({ name, location, required, schema }: InputField, components: Components): Json {
  const { description, example, ...rest } = schema as { description?: string; example?: unknown };
  const hint = required || example === undefined ? undefined : `Example: ${example}`;
  const words = [description, hint].filter((one) => one !== undefined).join('. ');
  return {
    name,
    in: location,
    required,
    ...(words ? { description: words } : {}),
    schema: rest,
    ...(required ? { example: sampleOf(schema, { schemas: components.schemas }, name) } : {}),
  };
}

interface InputField {
  name: string;
  location: 'path' | 'query' | 'body';
  required: boolean;
  schema: Json;
}

/** Every input field of an operation with its JSON Schema; also what the node's manifest is made from. */
export function inputProperties(op: Operation, components: Components = { schemas: {} }): InputField[] {
  const schema = jsonSchema(op.input, 'input', components) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    location: locationOf(op, name),
    required: schema.required?.includes(name) ?? false,
    schema: property,
  }));
}

function requestBody(fields: InputField[], components: Components): Json {
  const required = fields.filter((field) => field.required).map((field) => field.name);
  const schema = {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, field.schema])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
  const example = sampleOf(schema, { schemas: components.schemas, requiredOnly: true });
  return { required: required.length > 0, content: { 'application/json': { schema, example } } };
}

function success(op: Operation, components: Components): Json {
  const status = String(op.status ?? 200);
  if (status === '204') return { [status]: { description: 'Done' } };
  const schema = jsonSchema(op.output, 'output', components);
  const example = sampleOf(schema, { schemas: components.schemas });
  const content = { 'application/json': { schema, example } };
  const descriptions = { 200: 'Success', 201: 'Created', 202: 'Accepted, not completed yet' };
  const also = Object.fromEntries(
    alsoOf(op).map(({ status: other }) => [String(other), { description: descriptions[other], content }]),
  );
  return { [status]: { description: 'Success', content }, ...also };
}

function failures(op: Operation, hasBody: boolean): Json {
  const common: ErrorCode[] = [
    ...(op.access === 'public' ? [] : COMMON),
    ...(hasBody ? OF_BODIES : []),
    ...(op.method === 'GET' ? [] : (['DISK_FULL'] as const)),
  ];
  const codes = [
    ...common,
    ...(takesIdempotencyKey(op) ? KEYED : []),
    ...planErrors(op),
    ...(op.errors ?? []),
  ];
  const byStatus = Map.groupBy(new Set(codes), (code) => PROBLEMS[code].status);
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      String(status),
      { description: group.join(', '), content: problem },
    ]),
  );
}

function webhookOf(type: (typeof EVENT_TYPES)[number], components: Components): Json {
  const data = jsonSchema(events[type].data, 'output', components);
  const schema = {
    type: 'object',
    properties: { type: { const: type }, timestamp: { type: 'string', format: 'date-time' }, data },
    required: ['type', 'timestamp', 'data'],
  };
  return {
    post: {
      summary: events[type].title,
      description: events[type].description,
      security: [],
      requestBody: { required: true, content: { 'application/json': { schema } } },
      responses: { '2XX': { description: 'Accepted; after any other status the event is delivered again' } },
    },
  };
}

/** JSON Schema of a zod schema; those with a `meta({ id })` move to the components and are referred to. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output', components: Components): unknown {
  const {
    $schema: _dialect,
    $defs = {},
    id,
    ...root
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  for (const [name, definition] of Object.entries($defs as Json)) {
    const { id: _id, ...rest } = definition as Json;
    components.schemas[name] = toComponentRefs(rest);
  }
  const moved = toComponentRefs(root);
  if (typeof id !== 'string') return moved;
  components.schemas[id] = moved;
  return { $ref: `#/components/schemas/${id}` };
}

function toComponentRefs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toComponentRefs);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string'
        ? inner.replace('#/$defs/', '#/components/schemas/')
        : toComponentRefs(inner),
    ]),
  );
}
