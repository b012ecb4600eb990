import { statusOf } from '../contract/operation.ts';
import type { RequestContext } from './caller.ts';
import { limitToOwn, onlyBuilder, requireOwn } from './own.ts';
import { invalidField, invalidInput } from './problem.ts';
import { type ProducePolicies, produce } from './produce.ts';
import { requireAccess, type ServedOperation } from './router.ts';

/**
 * Carries out an operation inside another request, authorised, validated and limited to a builder's own data as if it
 * had come alone. Counting it against the rate limit is left to the caller.
 * @param input the operation's input in one flat object, as it came
 * @throws {import('./problem.ts').Problem} what the operation answers, and FORBIDDEN, INSUFFICIENT_SCOPE, INVALID_INPUT
 */
export async function invoke(
  served: ServedOperation,
  input: Record<string, unknown>,
  request: RequestContext,
  policies: ProducePolicies,
): Promise<{ status: number; output: unknown }> {
  const { id, op } = served;
  requireAccess(id, op, request.caller);
  const unknown = Object.keys(input).find((name) => !Object.hasOwn(op.input.shape, name));
  if (unknown !== undefined) throw invalidField(unknown.slice(0, 100), 'is not an input of this operation');
  const own = onlyBuilder(op, request.caller);
  const given = { ...input };
  limitToOwn(op, own, given);
  const parsed = op.input.safeParse(given, { reportInput: true });
  if (!parsed.success) throw invalidInput(parsed.error);
  const context: RequestContext = {
    ...request,
    operation: id,
    onlyBuilder: own,
    requireOwn: (builderId) => requireOwn(own, builderId),
  };
  const output = await produce(served, request.caller, parsed.data, context, policies);
  return { status: statusOf(op, output), output };
}
