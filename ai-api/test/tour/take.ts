import { expect, vi } from 'vitest';
import type { Caller, OperationId, Said, Step } from './step.ts';
import type { World } from './world.ts';

/** One way to call operations, such as a client or a form. Answers what the operation answered. */
export type Way = (step: Step, input: Record<string, unknown>, caller: Caller) => Promise<unknown>;

/** Goes the steps one after the other in one world, and remembers what was answered. */
export function traveller(world: World, way: Way): (step: Step) => Promise<void> {
  const answers = new Map<string, unknown>();
  const said: Said = (operation: OperationId, name?: string) => {
    const key = name ?? operation;
    if (!answers.has(key)) throw new Error(`No step before this one has asked for ${key}`);
    return answers.get(key) as never;
  };

  return async (step) => {
    const { as, name, shows = {}, patient, before, check } = step.options;
    await before?.(world, said);
    const caller = typeof as === 'string' ? { actingFor: as } : (as?.(said) ?? {});
    const expected = typeof shows === 'function' ? shows(said) : shows;
    const ask = async () => {
      const answer = await way(step, step.input(said), caller);
      const output = step.op.output.parse(answer);
      // An answer with more than the contract says would be cut by the schema.
      expect(output).toEqual(answer);
      if (output !== undefined) expect(output).toMatchObject(expected);
      return output;
    };
    const output = patient ? await vi.waitFor(ask, { timeout: 45_000, interval: 100 }) : await ask();
    answers.set(step.operation, output);
    if (name) answers.set(name, output);
    await check?.(output as never, world, said);
  };
}
