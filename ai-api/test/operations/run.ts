import { expect, vi } from 'vitest';
import type { Fixture } from './fixture.ts';
import type { AnswerOf, Caller, OperationId, Step } from './step.ts';

/** Calls an operation by a client, a node or a plugin, and resolves with its output. */
export type CallOperation = (step: Step, input: Record<string, unknown>, caller: Caller) => Promise<unknown>;

/**
 * Runs steps one after the other against one fixture and remembers the outputs, which later steps refer to. Each output
 * has to match its contract exactly.
 */
export function createRun(fixture: Fixture, call: CallOperation): (step: Step) => Promise<void> {
  const answers = new Map<string, unknown>();
  const answerOf: AnswerOf = (operation: OperationId, name?: string) => {
    const key = name ?? operation;
    if (!answers.has(key)) throw new Error(`No earlier step called ${key}`);
    return answers.get(key) as never;
  };

  return async (step) => {
    const { as, name, matches = {}, eventually, before, check } = step.options;
    await before?.(fixture, answerOf);
    const caller = typeof as === 'string' ? { actingFor: as } : (as?.(answerOf) ?? {});
    const expected = typeof matches === 'function' ? matches(answerOf) : matches;
    const ask = async () => {
      const answer = await call(step, step.input(answerOf), caller);
      const output = step.op.output.parse(answer);
      // An answer with more than the contract says would be cut by the schema.
      expect(output).toEqual(answer);
      if (output !== undefined) expect(output).toMatchObject(expected);
      return output;
    };
    const output = eventually ? await vi.waitFor(ask, { timeout: 45_000, interval: 100 }) : await ask();
    answers.set(step.operation, output);
    if (name) answers.set(name, output);
    await check?.(output as never, fixture, answerOf);
  };
}
