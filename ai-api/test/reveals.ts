import { z } from 'zod';
import type { Operation, Resource } from '../src/contract/operation.ts';
import type { RevealedPlace } from '../src/contract/reveals.ts';

/** A place that may hold anything, such as the input of a workflow: also what names a person. */
export const ANYTHING = '*';

/** Names of fields that lead to a person, or to a judgement of one. */
const PERSONAL =
  /^(builderId|userId|(author)?email|owner(Name)?|author(Name)?|person|recipient|reviewer|user|toName|subject|subjectId|judgementId|evaluationId|about|approvers|examples|\*)$/i;

interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  properties?: Record<string, JsonSchema>;
  type?: string;
  enum?: unknown[];
  const?: unknown;
}

/** Whether a schema takes any text or any JSON. */
function takesAnything(schema: JsonSchema): boolean {
  const { type, $ref, anyOf, oneOf, allOf, enum: named } = schema;
  if (type === undefined)
    return [$ref, anyOf, oneOf, allOf, named, schema.const].every((one) => one === undefined);
  return false;
}

/** Paths of all fields of an output, lists gone through. */
export function fieldsOf(output: z.ZodType): Set<string> {
  const root = z.toJSONSchema(output, { unrepresentable: 'any', io: 'output' }) as JsonSchema;
  const found = new Set<string>();
  const walk = (given: JsonSchema, path: readonly string[], open: readonly JsonSchema[]): void => {
    const named = given.$ref?.startsWith('#/$defs/')
      ? root.$defs?.[given.$ref.slice('#/$defs/'.length)]
      : given;
    if (!named || open.includes(named)) return;
    const inside = [...open, named];
    for (const one of [...(named.anyOf ?? []), ...(named.oneOf ?? []), ...(named.allOf ?? [])])
      walk(one, path, inside);
    if (named.items) walk(named.items, path, inside);
    if (path.length > 0 && takesAnything(named)) found.add([...path, ANYTHING].join('.'));
    if (typeof named.additionalProperties === 'object') {
      // The keys and the texts of a record are whatever was put there.
      const { type, enum: words } = named.additionalProperties;
      if (type === 'string' && words === undefined) found.add([...path, ANYTHING].join('.'));
      walk(named.additionalProperties, path, inside);
    }
    for (const [name, field] of Object.entries(named.properties ?? {})) {
      found.add([...path, name].join('.'));
      walk(field, [...path, name], inside);
    }
  };
  walk(root, [], []);
  return found;
}

/** Every operation with a credential by its id. */
export function operationsOf(resources: Record<string, Resource>): Map<string, Operation> {
  return new Map(
    Object.values(resources).flatMap(({ id, operations }) =>
      Object.entries(operations).flatMap(([key, op]) =>
        op.access === 'public' ? [] : [[`${id}.${key}`, op] as const],
      ),
    ),
  );
}

/**
 * Operations whose output has a field that names a person, that neither declare `reveals` nor are allowed, by id.
 * @param allowed why an operation shows nothing about another person, by id or by `resource.*`
 */
export function undeclared(
  resources: Record<string, Resource>,
  allowed: Readonly<Record<string, string>>,
): { operation: string; fields: string[] }[] {
  return [...operationsOf(resources)].flatMap(([operation, { output, reveals }]) => {
    const isAllowed =
      Object.hasOwn(allowed, operation) || Object.hasOwn(allowed, `${operation.split('.')[0]}.*`);
    if (reveals || isAllowed) return [];
    const fields = [...fieldsOf(output)].filter((path) => PERSONAL.test(path.split('.').at(-1) as string));
    return fields.length === 0 ? [] : [{ operation, fields }];
  });
}

/** Places that an operation declares and that its output or its input does not have. */
export function misplaced({
  input,
  output,
  reveals,
}: Pick<Operation, 'input' | 'output' | 'reveals'>): string[] {
  if (!reveals) return [];
  const fields = fieldsOf(output);
  const wrong = typeof reveals.of === 'string' ? [] : reveals.of.flatMap((place) => missingIn(fields, place));
  const hasReason = reveals.reason === undefined || Object.hasOwn(input.shape, reveals.reason);
  return hasReason ? wrong : [...wrong, `input ${reveals.reason}`];
}

function missingIn(fields: ReadonlySet<string>, place: RevealedPlace): string[] {
  const { list, builder, user, subject, detail, only } = place;
  const inside = (path: string) => (list === undefined ? path : `${list}.${path}`);
  const named = [builder, user, subject].filter((path) => path !== undefined);
  const missing = [...(list === undefined ? [] : [list]), ...named.map(inside)].filter(
    (path) => !fields.has(path),
  );
  const steps = list?.split('.') ?? [];
  const holders = steps.map((_, depth) => `${steps.slice(0, depth + 1).join('.')}.`);
  const either = [detail, only?.field].filter((path) => path !== undefined);
  return [
    ...missing,
    ...either.filter((path) => !['', ...holders].some((holder) => fields.has(holder + path))),
  ];
}
