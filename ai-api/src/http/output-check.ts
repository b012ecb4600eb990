import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Operation } from '../contract/operation.ts';
import { Problem } from './problem.ts';

/** Holds what a handler returned against the output of its operation. */
export type CheckOutput = (id: string, op: Pick<Operation, 'output'>, output: unknown) => void;

/**
 * Refuses an output that does not match the schema of its operation, or that has more fields than the schema. Tests run
 * with this check; elsewhere the types of the handlers have to do, and no request pays for it.
 * @throws {Problem} INTERNAL, which names the operation and what is wrong
 */
export const checkOutput: CheckOutput = (id, { output: schema }, output) => {
  const sent: unknown = output === undefined ? undefined : JSON.parse(JSON.stringify(output));
  const { data, error } = schema.safeParse(sent);
  if (error)
    throw new Problem('INTERNAL', `The output of ${id} breaks its contract: ${z.prettifyError(error)}`);
  if (!isDeepStrictEqual(data, sent))
    throw new Problem(
      'INTERNAL',
      `The output of ${id} has more fields than its contract: ${JSON.stringify(sent)}`,
    );
};
