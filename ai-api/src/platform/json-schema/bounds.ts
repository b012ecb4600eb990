const MAX_CHARACTERS = 16_000;
/** Schemas that one value is held against, with what references lead to. */
const MAX_SCHEMAS = 1_000;
const MAX_DEPTH = 20;
const REFUSED = ['$dynamicRef', '$dynamicAnchor', '$recursiveRef', '$recursiveAnchor', '$id', '$async'];
/** What holds data and no schemas. */
const DATA = new Set(['enum', 'const', 'default', 'examples', 'required', 'dependentRequired']);
/** What holds schemas by names that people choose. */
const BY_NAME = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

type Node = Record<string, unknown>;

/** Why a schema is not taken; null for one whose work is bounded. */
export function schemaFault(schema: Readonly<Record<string, unknown>>): string | null {
  if (JSON.stringify(schema).length > MAX_CHARACTERS)
    return `must be at most ${MAX_CHARACTERS} characters of JSON`;
  try {
    const count = counter(schema);
    return count(schema, [], 0) > MAX_SCHEMAS
      ? `has more than ${MAX_SCHEMAS} schemas with its references`
      : null;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

class Refused extends Error {}

/** Counts the schemas of a node and of what it refers to; each target of a reference is counted once and remembered. */
function counter(root: Node) {
  const sizes = new Map<string, number>();

  function count(value: unknown, open: readonly string[], depth: number): number {
    if (depth > MAX_DEPTH) throw new Refused(`is nested more than ${MAX_DEPTH} deep`);
    if (Array.isArray(value)) return sum(value.map((one) => count(one, open, depth + 1)));
    if (typeof value !== 'object' || value === null) return 0;
    const refused = REFUSED.find((name) => Object.hasOwn(value, name));
    if (refused) throw new Refused(`${refused} is not supported`);
    const own = Object.entries(value).map(([name, inner]) => {
      if (DATA.has(name)) return 0;
      if (BY_NAME.has(name) && typeof inner === 'object' && inner !== null)
        return sum(Object.values(inner).map((one) => count(one, open, depth + 1)));
      return name === '$ref' ? sizeOf(inner, open) : count(inner, open, depth + 1);
    });
    return 1 + sum(own);
  }

  function sizeOf(reference: unknown, open: readonly string[]): number {
    if (typeof reference !== 'string' || !reference.startsWith('#/'))
      throw new Refused('$ref must point into the schema itself');
    if (open.includes(reference)) throw new Refused(`$ref ${reference} leads back to itself`);
    const before = sizes.get(reference);
    if (before !== undefined) return before;
    const size = count(targetOf(root, reference), [...open, reference], 0);
    sizes.set(reference, Math.min(size, MAX_SCHEMAS + 1));
    return size;
  }

  return count;
}

/** @throws {Refused} */
function targetOf(root: Node, reference: string): unknown {
  let node: unknown = root;
  for (const part of reference.slice(2).split('/')) {
    const name = decoded(part).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, name))
      throw new Refused(`$ref ${reference} leads nowhere`);
    node = (node as Node)[name];
  }
  return node;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
