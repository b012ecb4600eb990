type Json = Record<string, unknown>;

/** Values by the name of a field, which say more than its type. */
const BY_NAME: Record<string, unknown> = {
  week: '2026-W46',
  builderId: 'b-0001',
  projectId: 'p-0001',
  email: 'ada@example.com',
  members: 'ada@example.com',
  name: 'Ada Sample',
  team: 'Orchard',
  title: 'Weekly notes',
  hours: 1.5,
  date: '2026-11-12',
  timezone: 'Europe/Berlin',
  grade: 'B',
  score: 82,
  confidence: 0.9,
  coverage: 0.9,
  share: 0.5,
  engine: 'rules',
  kind: 'evaluation',
  message: 'Only {week.hoursWorked} hours were tracked.',
  reason: 'The tracker was broken for two days.',
  feedback: 'Write down what a decision rested on.',
  password: 'a long passphrase of yours',
  url: 'https://example.com/hook',
  when: 'week.hoursWorked < 20.0',
  question: 'Within how many days is time requested?',
  base64: 'IyBNYW51YWwgdGltZQ==',
};
const BY_FORMAT: Record<string, unknown> = {
  uuid: '0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
  'date-time': '2026-11-16T09:00:00.000Z',
  date: '2026-11-16',
  email: 'ada@example.com',
  uri: 'https://example.com',
};
/** Texts that patterns of the contract accept, tried in this order. */
const TEXTS = [
  'ready',
  'A sample text',
  '2026-11-12',
  '2026-W46',
  'production',
  'evaluation',
  'exp-shorter',
  '09:00',
  'IyBTYW1wbGU=',
  'eu-west-1',
  'a'.repeat(64),
];
const MAX_DEPTH = 6;

export interface SampleOptions {
  /** Schemas that `$ref` refers to. */
  schemas: Record<string, unknown>;
  /** Leaves out what need not be sent. */
  requiredOnly?: boolean;
}

/**
 * A value that a JSON Schema accepts and that reads like one of a company in use.
 * @param name of the field that it is for
 */
export function sampleOf(schema: unknown, options: SampleOptions, name = '', depth = 0): unknown {
  const given = (schema ?? {}) as Json;
  if (typeof given.$ref === 'string') {
    const target = options.schemas[given.$ref.split('/').at(-1) ?? ''];
    return sampleOf(target, options, name, depth);
  }
  if (given.const !== undefined) return given.const;
  if (given.example !== undefined) return given.example;
  if (Array.isArray(given.enum)) return given.enum[0];
  const [choice] = choicesOf(given);
  if (choice) return sampleOf(choice, options, name, depth);
  const type = Array.isArray(given.type) ? given.type[0] : given.type;
  switch (type) {
    case 'object':
      return objectOf(given, options, depth);
    case 'array':
      return arrayOf(given, options, name, depth);
    case 'integer':
    case 'number':
      return numberOf(given, name);
    case 'boolean':
      return given.default ?? false;
    case 'string':
      return textOf(given, name);
    case 'null':
      return null;
    default:
      return depth === 0 ? {} : 'any value';
  }
}

/** What is not null first. */
function choicesOf({ anyOf, oneOf, allOf }: Json): unknown[] {
  const all = (anyOf ?? oneOf ?? allOf ?? []) as Json[];
  return [...all].sort((a, b) => Number(a.type === 'null') - Number(b.type === 'null'));
}

function objectOf(schema: Json, options: SampleOptions, depth: number): Json {
  const { properties, required = [] } = schema as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  if (!properties) return mapOf(schema, options, depth);
  const wanted = Object.entries(properties).filter(
    ([key]) => !options.requiredOnly || required.includes(key),
  );
  return Object.fromEntries(
    wanted.map(([key, property]) => [key, sampleOf(property, options, key, depth + 1)]),
  );
}

/** An object with any keys, or with all of those that a list names. */
function mapOf(schema: Json, options: SampleOptions, depth: number): Json {
  const { additionalProperties, propertyNames } = schema as {
    additionalProperties?: unknown;
    propertyNames?: { enum?: string[] };
  };
  if (typeof additionalProperties !== 'object' || options.requiredOnly || depth >= MAX_DEPTH) return {};
  const keys = propertyNames?.enum ?? ['example'];
  return Object.fromEntries(
    keys.map((key) => [key, sampleOf(additionalProperties, options, key, depth + 1)]),
  );
}

function arrayOf(schema: Json, options: SampleOptions, name: string, depth: number): unknown[] {
  if (Array.isArray(schema.prefixItems))
    return schema.prefixItems.map((item) => sampleOf(item, options, name, depth + 1));
  const length = Math.max(Number(schema.minItems ?? 0), depth < MAX_DEPTH ? 1 : 0);
  return Array.from({ length }, () => sampleOf(schema.items, options, name, depth + 1));
}

function numberOf(schema: Json, name: string): number {
  const least = Number(schema.minimum ?? schema.exclusiveMinimum ?? 0);
  const most = Number(schema.maximum ?? schema.exclusiveMaximum ?? Number.POSITIVE_INFINITY);
  const fits = (value: unknown): value is number =>
    typeof value === 'number' &&
    value >= least &&
    value <= most &&
    (schema.type !== 'integer' || Number.isInteger(value));
  const known = [schema.default, BY_NAME[name], 3, 1, 0.5].find(fits);
  return known ?? Math.max(least, Math.min(most, 1));
}

function textOf(schema: Json, name: string): string {
  const accepts = (value: unknown): value is string =>
    typeof value === 'string' &&
    value.length >= Number(schema.minLength ?? 0) &&
    value.length <= Number(schema.maxLength ?? Number.POSITIVE_INFINITY) &&
    (typeof schema.pattern !== 'string' || new RegExp(schema.pattern, 'u').test(value));
  const byFormat = BY_FORMAT[String(schema.format)];
  const known = [schema.default, byFormat, BY_NAME[name], name, ...TEXTS].filter((one) => one !== '');
  return known.find(accepts) ?? 'text';
}
