import { collectRevealed } from './accesses.ts';
import type { Caller, RequestContext } from './caller.ts';
import { refuseOthers } from './own.ts';
import type { RequestPolicies } from './request-policies.ts';
import type { ServedOperation } from './router.ts';

export type ProducePolicies = Pick<RequestPolicies, 'checkOutput' | 'plans' | 'accesses'>;

/**
 * The one way from an input to an output that may leave: within the plan of the company, limited to a builder's own data,
 * and with a record where it shows another person.
 * @param caller undefined in a public operation
 * @throws {import('./problem.ts').Problem} what the operation answers, and ACCESS_NOT_RECORDED
 */
export async function produce(
  { id, op, handler }: ServedOperation,
  caller: Caller | undefined,
  input: unknown,
  context: RequestContext,
  { plans, checkOutput, accesses }: ProducePolicies,
): Promise<unknown> {
  const { reveal, named } = collectRevealed();
  const request = op.reveals?.of === 'handler' ? { ...context, reveal } : context;
  const output = await plans.admit(op, caller, () => handler(input as never, request));
  refuseOthers(op, context.onlyBuilder, output);
  checkOutput(id, op, output);
  await accesses.pass({ id, op }, caller, { input, output }, named());
  return output;
}
