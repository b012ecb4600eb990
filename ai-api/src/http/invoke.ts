import { statusOf } from '../contract/operation.ts';
import type { RequestContext } from './caller.ts';
import { limitToOwn, onlyBuilder, refuseOthers, requireOwn } from './own.ts';
import { invalidField, invalidInput } from './problem.ts';
import type { RequestPolicies } from './request-policies.ts';
import { requireAccess, type ServedOperation } from './router.ts';

/**
 * Carries out an operation inside another request, authorised, validated and limited to a builder's own data as if it
 * had come alone. Counting it against the rate limit is left to the caller.
 * @param input the operation's input in one flat object, as it came
 * @throws {import('./problem.ts').Problem} what the operation answers, and FORBIDDEN, INSUFFICIENT_SCOPE, INVALID_INPUT
 */
export async function invoke(
  { id, op, handler }: ServedOperation,
  input: Record<string, unknown>,
  request: RequestContext,
  { checkOutput }: Pick<RequestPolicies, 'checkOutput'>,
): Promise<{ status: number; output: unknown }> {
  requireAccess(id, op, request.caller);
  const unknown = Object.keys(input).find((name) => !Object.hasOwn(op.input.shape, name));
  if (unknown !== undefined) throw invalidField(unknown.slice(0, 100), 'is not an input of this operation');
  const own = onlyBuilder(op, request.caller);
  const given = { ...input };
  limitToOwn(op, own, given);
  const parsed = op.input.safeParse(given);
  if (!parsed.success) throw invalidInput(parsed.error);
  const output = await handler(parsed.data as never, {
    ...request,
    operation: id,
    onlyBuilder: own,
    requireOwn: (builderId) => requireOwn(own, builderId),
  });
  refuseOthers(op, own, output);
  checkOutput(id, op, output);
  return { status: statusOf(op, output), output };
}
