import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { type Facts, type FactValue, factAt, type Vocabulary } from './facts.ts';
import { boundedForm, registerBounded, UnsafePart } from './total-functions.ts';

/** An expression that the vocabulary refuses. `start` and `end` count characters of the expression. */
export class ExpressionError extends Error {
  readonly start: number;
  readonly end: number;

  constructor(message: string, start: number, end: number) {
    super(message);
    this.name = 'ExpressionError';
    this.start = start;
    this.end = end;
  }
}

export interface Expression<T> {
  source: string;
  /** Paths of the facts it reads. */
  paths: readonly string[];
  /** Paths among `paths` that are not known in these facts; it can be evaluated only when there are none. */
  unknown(facts: Facts): string[];
  /** @throws when the facts it reads are not known, or on a division by zero and the like */
  evaluate(facts: Facts): T;
}

const CEL_TYPES = { number: 'double', text: 'string', flag: 'bool' } as const;

/** What rules may call beside CEL's own functions. */
export const FUNCTIONS = [
  { signature: 'round(number)', description: 'One decimal' },
  { signature: 'percent(part, whole)', description: 'The share in whole percent' },
  { signature: 'dollars(number)', description: 'An amount of money as people write it' },
  { signature: 'text.contains(part)', description: 'Whether a text has a part' },
  { signature: 'text.startsWith(part)', description: 'Whether a text begins with a part' },
  { signature: 'size(text)', description: 'Length of a text in characters' },
] as const;

/** The compiler of rule expressions over one vocabulary: CEL, with types checked before anything runs. */
export interface ExpressionLanguage {
  /** @throws {ExpressionError} */
  condition(source: string): Expression<boolean>;
  /** @throws {ExpressionError} */
  value(source: string): Expression<FactValue>;
}

/**
 * Builds the language of a vocabulary. Beside CEL's own functions there are `round(x)`, `percent(part, whole)`
 * and `dollars(x)` for messages; a division by zero fails, and `matches` takes regular expressions of RE2.
 * @see https://github.com/cel-expr/cel-spec
 */
export function expressionLanguage(vocabulary: Vocabulary): ExpressionLanguage {
  const environment = registerFunctions(
    registerBounded(new Environment({ limits: { maxAstNodes: 500, maxDepth: 32 } })),
  );
  for (const [group, fields] of Object.entries(vocabulary)) {
    const schema = Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, CEL_TYPES[field.type]]),
    );
    environment.registerVariable(group, { schema });
  }
  const groups = new Set(Object.keys(vocabulary));
  const compile = <T>(source: string, accepts: readonly string[], expected: string): Expression<T> => {
    const parsed = parse(environment, source);
    const check = parsed.check();
    if (!check.valid) throw toExpressionError(check.error, source);
    if (!accepts.includes(check.type ?? '')) {
      throw new ExpressionError(`must be ${expected}, but is ${check.type}`, 0, source.length);
    }
    const paths = [...new Set(pathsIn(parsed.ast, groups))];
    const run = parse(environment, bounded(parsed.ast));
    return {
      source,
      paths,
      unknown: (facts) => paths.filter((path) => factAt(facts, path) === null),
      evaluate: (facts) => run(facts as Record<string, unknown>) as T,
    };
  };
  return {
    condition: (source) => compile<boolean>(source, ['bool'], 'a condition (true or false)'),
    value: (source) =>
      compile<FactValue>(source, ['double', 'int', 'string', 'bool'], 'a number, text or condition'),
  };
}

/** Registers the functions of {@link FUNCTIONS} that CEL itself does not have. */
export function registerFunctions(environment: Environment): Environment {
  return environment
    .registerFunction('round(double): double', (x: number) => Math.round(x * 10) / 10)
    .registerFunction('percent(double, double): double', percent)
    .registerFunction('dollars(double): string', dollars);
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

/** An error of the compiler with its place in the expression. */
export function toExpressionError(error: unknown, source: string): ExpressionError {
  const { summary, message, range } = error as {
    summary?: string;
    message?: string;
    range?: { start: number; end: number };
  };
  const text = (summary ?? message ?? 'is not a valid expression').split('\n')[0] as string;
  return new ExpressionError(text, range?.start ?? 0, range?.end ?? source.length);
}

/**
 * Paths such as `week.hoursWorked` in an expression. A fact can be read in no other way: what a rule reads
 * has to be known before it runs, to tell what is missing and what a score rests on.
 * @throws {ExpressionError}
 */
function pathsIn(node: ASTNode, groups: ReadonlySet<string>): string[] {
  if (node.op === 'id' && groups.has(node.args)) {
    const message = `"${node.args}" is a group of facts: name one of them, as in ${node.args}.field`;
    throw new ExpressionError(message, node.range.start, node.range.end);
  }
  if (node.op === '.' && node.args[0].op === 'id' && groups.has(node.args[0].args)) {
    return [`${node.args[0].args}.${node.args[1]}`];
  }
  return childrenOf(node.args).flatMap((child) => pathsIn(child, groups));
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  const isNode = typeof args === 'object' && args !== null && 'op' in args;
  return isNode ? [args as ASTNode] : [];
}

function percent(part: number, whole: number): number {
  if (whole === 0) throw new RangeError('division by zero');
  return Math.round((100 * part) / whole);
}

function dollars(amount: number): string {
  return new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: 'USD',
    notation: 'compact',
    maximumFractionDigits: 1,
  }).format(amount);
}
