import { invalidField } from '../../../http/problem.ts';
import { ExpressionError } from '../../../judgement/index.ts';
import { evaluate, type Scope } from './values.ts';

/** What the expressions of a step see where n8n carries it out. */
export interface Evaluated {
  input: Record<string, unknown>;
  /** By the ids of steps; null for one that was left out. */
  outputs: Record<string, unknown>;
  item?: unknown;
}

/** What expressions evaluate to, by their names, for steps that n8n carries out. @throws {Problem} INVALID_INPUT */
export function evaluateAll(
  values: Readonly<Record<string, string>>,
  { input, outputs, item }: Evaluated,
  now: Date,
): Record<string, unknown> {
  const steps = Object.fromEntries(
    Object.entries(outputs).map(([id, output]) => [
      id,
      { output, state: output === null ? 'skipped' : 'succeeded', error: null },
    ]),
  );
  const scope = { input, steps, item, instance: { id: 'n8n', startedAt: now.toISOString() } };
  return Object.fromEntries(
    Object.entries(values).map(([name, expression]) => [name, evaluateOne(name, expression, scope)]),
  );
}

function evaluateOne(name: string, expression: string, scope: Scope): unknown {
  try {
    return evaluate(expression, scope);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw invalidField(`values.${name}`, error.message);
  }
}
