import { type ASTNode, type Environment, serialize } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';

const MAX_PATTERN_LENGTH = 500;
const MAX_PATTERNS = 200;

/** What is wrong with a part of an expression. */
export class UnsafePart extends Error {
  readonly start: number;
  readonly end: number;

  constructor(message: string, { range }: ASTNode) {
    super(message);
    this.name = 'UnsafePart';
    this.start = range.start;
    this.end = range.end;
  }
}

/**
 * Registers what {@link boundedForm} puts in the place of CEL's own: a division that fails rather than to go on
 * with infinity, and regular expressions of RE2, which take time in proportion to the text.
 */
export function registerBounded(environment: Environment): Environment {
  const patterns = new Map<string, RE2JS>();
  return environment
    .registerFunction('quotient(double, double): double', quotient)
    .registerFunction('matchesRe2(string, string): bool', (text: string, pattern: string) => {
      const known = patterns.get(pattern) ?? compilePattern(pattern);
      if (patterns.size >= MAX_PATTERNS) patterns.clear();
      patterns.set(pattern, known);
      return known.matcher(text).find();
    });
}

/**
 * The same expression without what could run away. Needs the types that checking it has found.
 * @throws {UnsafePart} for a division by the number zero, and for a pattern that RE2 does not take
 */
export function boundedForm(ast: ASTNode): string {
  return serialize(bounded(ast) as ASTNode);
}

function bounded(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(bounded);
  if (typeof node !== 'object' || node === null || !('op' in node)) return node;
  const whole = node as ASTNode;
  const args = bounded(whole.args);
  if (whole.op === '/' && typeOf(whole) === 'double') {
    const [, divisor] = whole.args;
    if (divisor.op === 'value' && Number(divisor.args) === 0)
      throw new UnsafePart('divides by zero', divisor);
    return { op: 'call', args: ['quotient', args] };
  }
  if (whole.op === 'rcall' && whole.args[0] === 'matches') {
    checkPattern(whole.args[2][0]);
    const [, text, rest] = args as [string, unknown, unknown[]];
    return { op: 'call', args: ['matchesRe2', [text, ...rest]] };
  }
  return { op: whole.op, args };
}

function typeOf(node: ASTNode): string | undefined {
  return (node as { checkedType?: { name?: string } }).checkedType?.name;
}

function checkPattern(pattern: ASTNode | undefined): void {
  if (pattern?.op !== 'value') return;
  try {
    compilePattern(String(pattern.args));
  } catch (error) {
    throw new UnsafePart((error as Error).message, pattern);
  }
}

function compilePattern(pattern: string): RE2JS {
  if (pattern.length > MAX_PATTERN_LENGTH)
    throw new RangeError(`a pattern has at most ${MAX_PATTERN_LENGTH} characters`);
  try {
    return RE2JS.compile(pattern);
  } catch {
    throw new RangeError(
      'is not a regular expression of RE2, which has no look-around and no back-references',
    );
  }
}

function quotient(part: number, whole: number): number {
  if (whole === 0) throw new RangeError('division by zero');
  const result = part / whole;
  if (!Number.isFinite(result)) throw new RangeError('a division cannot be computed');
  return result;
}
