import { type ASTNode, Environment, Optional } from '@marcbachmann/cel-js';
import { LRUCache } from 'lru-cache';
import { ExpressionError, registerFunctions, toExpressionError } from './expression.ts';
import { boundedForm, registerBounded, UnsafePart } from './total-functions.ts';

/** The type of a value: one of CEL's own, such as `list<string>`, or an object by its fields. */
export type DataType = string | { readonly [field: string]: DataType };

/** A compiled expression over data. */
export interface DataExpression {
  source: string;
  /** The type that CEL infers; `dyn` where only running it tells. */
  type: string;
}

const LIMITS = { maxAstNodes: 500, maxDepth: 32 };
const OPTIONS = { homogeneousAggregateLiterals: false, enableOptionalTypes: true, limits: LIMITS } as const;
const LOOPS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
const MAX_COMPILED = 5_000;

/**
 * The compiler of expressions over variables with lists and objects, such as the inputs of a workflow's steps.
 * A reference to a field that is not there is an error with its place.
 */
export function dataLanguage(variables: Readonly<Record<string, DataType>>) {
  const environment = functionsOf(new Environment(OPTIONS));
  for (const [name, type] of Object.entries(variables)) {
    if (typeof type === 'string') environment.registerVariable(name, type);
    else environment.registerVariable(name, { schema: schemaOf(type) });
  }
  return {
    /** @throws {ExpressionError} */
    compile: (source: string): DataExpression => {
      const parsed = parse(environment, source);
      const check = parsed.check();
      if (!check.valid) throw toExpressionError(check.error, source);
      refuseNestedLoops(parsed.ast, false);
      bounded(parsed.ast);
      return { source, type: check.type ?? 'dyn' };
    },
  };
}

const untyped = functionsOf(new Environment({ ...OPTIONS, unlistedVariablesAreDyn: true }));
const compiled = new LRUCache<string, (variables: Record<string, unknown>) => unknown>({ max: MAX_COMPILED });

/**
 * Runs an expression that {@link dataLanguage} took; the result is plain JSON.
 * @throws {ExpressionError} for a value that is not there or cannot be computed
 */
export function evaluateData(source: string, variables: Record<string, unknown>): unknown {
  try {
    let run = compiled.get(source);
    if (!run) {
      run = parse(untyped, bounded(parse(untyped, source).ast));
      compiled.set(source, run);
    }
    return toJson(run(variables));
  } catch (error) {
    if (error instanceof ExpressionError) throw error;
    throw toExpressionError(error, source);
  }
}

function functionsOf(environment: Environment): Environment {
  return registerFunctions(registerBounded(environment)).registerFunction(
    'hoursAfter(string, double): string',
    (instant: string, hours: number) => new Date(Date.parse(instant) + hours * 3_600_000).toISOString(),
  );
}

type CelSchema = { [field: string]: string | CelSchema };

function schemaOf(fields: { readonly [field: string]: DataType }): CelSchema {
  return Object.fromEntries(
    Object.entries(fields).map(([name, type]) => [name, typeof type === 'string' ? type : schemaOf(type)]),
  );
}

function parse(environment: Environment, source: string) {
  try {
    return environment.parse(source);
  } catch (error) {
    throw toExpressionError(error, source);
  }
}

function bounded(ast: ASTNode): string {
  try {
    return boundedForm(ast);
  } catch (error) {
    if (!(error instanceof UnsafePart)) throw error;
    throw new ExpressionError(error.message, error.start, error.end);
  }
}

/** A loop in a loop over long lists would keep the process busy for minutes. @throws {ExpressionError} */
function refuseNestedLoops(node: unknown, isInside: boolean): void {
  if (Array.isArray(node)) {
    for (const child of node) refuseNestedLoops(child, isInside);
    return;
  }
  if (typeof node !== 'object' || node === null || !('op' in node)) return;
  const { op, args, range } = node as ASTNode;
  const isLoop = op === 'rcall' && LOOPS.has(args[0]);
  if (isLoop && isInside)
    throw new ExpressionError('a loop over a list cannot contain another', range.start, range.end);
  refuseNestedLoops(args, isInside || isLoop);
}

/** @throws {ExpressionError} for what JSON cannot hold */
function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Optional) return value.hasValue() ? toJson(value.value()) : null;
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map) return toJson(Object.fromEntries(value));
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new ExpressionError('cannot be computed', 0, 0);
  if (typeof value !== 'object' || value === null) return value ?? null;
  const primitive = value.valueOf();
  if (typeof primitive === 'bigint') return Number(primitive);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toJson(inner)]));
}
