import { evaluateData } from '../../../judgement/index.ts';

/** What expressions of an instance see. */
export interface Scope {
  input: Record<string, unknown>;
  steps: Record<string, { output: unknown; state: string; error: unknown }>;
  instance: { id: string; startedAt: string };
  item?: unknown;
  index?: number;
  /** In a compensation: the output of the step that is undone. */
  output?: unknown;
}

/** The expression of a value such as `=input.email`; null for a literal. `==x` is the literal `=x`. */
export function expressionOf(value: unknown): string | null {
  return typeof value === 'string' && value.startsWith('=') && !value.startsWith('==')
    ? value.slice(1)
    : null;
}

/**
 * A value with every expression in it replaced by what it evaluates to.
 * @throws {import('../../../judgement/index.ts').ExpressionError}
 */
export function resolve(value: unknown, scope: Scope): unknown {
  const expression = expressionOf(value);
  if (expression !== null) return evaluate(expression, scope);
  if (typeof value === 'string') return value.startsWith('==') ? value.slice(1) : value;
  if (Array.isArray(value)) return value.map((inner) => resolve(inner, scope));
  if (typeof value !== 'object' || value === null) return value;
  return resolveFields(value as Record<string, unknown>, scope);
}

/** The same for named fields. */
export function resolveFields(
  fields: Readonly<Record<string, unknown>>,
  scope: Scope,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]): [string, unknown] => [name, resolve(value, scope)]),
  );
}

/** @throws {import('../../../judgement/index.ts').ExpressionError} */
export function evaluate(expression: string, scope: Scope): unknown {
  return evaluateData(expression, scope as unknown as Record<string, unknown>);
}

/** Whether a condition is true. @throws {import('../../../judgement/index.ts').ExpressionError} */
export function isTrue(expression: string, scope: Scope): boolean {
  return evaluate(expression, scope) === true;
}
