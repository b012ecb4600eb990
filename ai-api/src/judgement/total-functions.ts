import { type ASTNode, type Environment, serialize } from '@marcbachmann/cel-js';
import { compilePattern, PatternError } from '../platform/text/pattern.ts';

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
  return environment
    .registerFunction('quotient(double, double): double', quotient)
    .registerFunction('matchesRe2(string, string): bool', (text: string, pattern: string) =>
      compilePattern(pattern).test(text),
    );
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
    if (!(error instanceof PatternError)) throw error;
    throw new UnsafePart(error.message, pattern);
  }
}

function quotient(part: number, whole: number): number {
  if (whole === 0) throw new RangeError('division by zero');
  const result = part / whole;
  if (!Number.isFinite(result)) throw new RangeError('a division cannot be computed');
  return result;
}
