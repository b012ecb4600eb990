import { createContext, Script } from 'node:vm';
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
/** A loop over a long list, with a search of another in it, would keep the process busy for minutes. */
const MAX_LOOP_MS = 1_000;
const SMALL_VALUES = 2_000;
/** Of what an expression yields; strings in it, which may be the same one many times, count each time. */
const MAX_RESULT_CHARACTERS = 1_000_000;

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
      looksThrough(parsed.ast, false);
      bounded(parsed.ast);
      return { source, type: check.type ?? 'dyn' };
    },
  };
}

const untyped = functionsOf(new Environment({ ...OPTIONS, unlistedVariablesAreDyn: true }));
const compiled = new LRUCache<string, (variables: Record<string, unknown>) => unknown>({ max: MAX_COMPILED });
const limited = createContext({ work: () => undefined as unknown });
const callWork = new Script('work()');

/** Whether values are so many that a loop over them, with a search in each turn, may take long. */
function isLarge(value: unknown): boolean {
  let left = SMALL_VALUES;
  const count = (one: unknown): boolean => {
    left -= typeof one === 'string' ? 1 + one.length / 100 : 1;
    if (left < 0) return true;
    return typeof one === 'object' && one !== null && Object.values(one).some(count);
  };
  return count(value);
}

/** Runs `work` and ends it when it takes too long. @throws {ExpressionError} */
function inTime(work: () => unknown): unknown {
  limited.work = work;
  try {
    return callWork.runInContext(limited, { timeout: MAX_LOOP_MS });
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new ExpressionError(`takes more than ${MAX_LOOP_MS / 1000} s`, 0, 0);
  }
}

/**
 * Runs an expression that {@link dataLanguage} took; the result is plain JSON.
 * @throws {ExpressionError} for a value that is not there or cannot be computed
 */
export function evaluateData(source: string, variables: Record<string, unknown>): unknown {
  try {
    let run = compiled.get(source);
    if (!run) {
      const { ast } = parse(untyped, source);
      const parsed = parse(untyped, bounded(ast));
      run = looksThrough(ast, false)
        ? (given) => (isLarge(given) ? inTime(() => parsed(given)) : parsed(given))
        : parsed;
      compiled.set(source, run);
    }
    return toJson(run(variables), { characters: MAX_RESULT_CHARACTERS });
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

/**
 * Whether an expression goes through a list.
 * @throws {ExpressionError} for a loop in a loop, which over long lists would keep the process busy for minutes
 */
function looksThrough(node: unknown, isInside: boolean): boolean {
  if (Array.isArray(node)) return node.map((child) => looksThrough(child, isInside)).includes(true);
  if (typeof node !== 'object' || node === null || !('op' in node)) return false;
  const { op, args, range } = node as ASTNode;
  const isLoop = op === 'rcall' && LOOPS.has(args[0]);
  if (isLoop && isInside)
    throw new ExpressionError('a loop over a list cannot contain another', range.start, range.end);
  return looksThrough(args, isInside || isLoop) || isLoop;
}

/** @throws {ExpressionError} for what JSON cannot hold, and for what is too long */
function toJson(value: unknown, left: { characters: number }): unknown {
  left.characters -= typeof value === 'string' ? value.length : 1;
  if (left.characters < 0)
    throw new ExpressionError(`yields more than ${MAX_RESULT_CHARACTERS / 1_000_000} MB`, 0, 0);
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Optional) return value.hasValue() ? toJson(value.value(), left) : null;
  if (Array.isArray(value)) return value.map((one) => toJson(one, left));
  if (value instanceof Map) return toJson(Object.fromEntries(value), left);
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new ExpressionError('cannot be computed', 0, 0);
  if (typeof value !== 'object' || value === null) return value ?? null;
  const primitive = value.valueOf();
  if (typeof primitive === 'bigint') return Number(primitive);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      left.characters -= name.length;
      return [name, toJson(inner, left)];
    }),
  );
}
