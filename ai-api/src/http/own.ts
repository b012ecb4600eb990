import type { Operation } from '../contract/operation.ts';
import type { Caller } from './caller.ts';
import { Problem } from './problem.ts';

/**
 * The one builder a caller may reach by an operation: their own, when the role `builder` alone lets them in. Null
 * when another of their roles does, or when the operation is about no builder.
 * @throws {Problem} FORBIDDEN for a builder without a record
 */
export function onlyBuilder(op: Operation, caller: Caller): string | null {
  const { access, own } = op;
  if (access === 'public' || own === undefined || own === 'anyone') return null;
  if (caller.roles.some((role) => role !== 'builder' && access.includes(role))) return null;
  const builderId = caller.user?.builderId;
  if (!builderId)
    throw new Problem('FORBIDDEN', 'Only builders can see this, and your account is not linked to one.');
  return builderId;
}

/**
 * Lets a request of a builder be about that builder only: the field of an operation's `own` is filled in when it
 * is left out.
 * @throws {Problem} FORBIDDEN
 */
export function limitToOwn(op: Operation, builderId: string | null, input: Record<string, unknown>): void {
  if (builderId === null || typeof op.own !== 'object' || !('input' in op.own)) return;
  const field = op.own.input;
  if (input[field] === undefined) input[field] = builderId;
  if (input[field] !== builderId) throw notYours();
}

/**
 * Hides data about other people from a builder, who gets the same answer as for what does not exist.
 * @throws {Problem} NOT_FOUND
 */
export function refuseOthers(op: Operation, builderId: string | null, output: unknown): void {
  if (builderId === null || typeof op.own !== 'object' || !('output' in op.own)) return;
  let owner: unknown = output;
  for (const name of op.own.output.split('.')) owner = (owner as Record<string, unknown> | undefined)?.[name];
  if (owner !== builderId) throw new Problem('NOT_FOUND', 'It does not exist, or you may not see it.');
}

/**
 * For handlers of operations whose `own` is `handler`: refuses what is about another builder.
 * @throws {Problem} FORBIDDEN
 */
export function requireOwn(only: string | null, builderId: string | null): void {
  if (only !== null && only !== builderId) throw notYours();
}

function notYours(): Problem {
  return new Problem('FORBIDDEN', 'Builders can see and change only their own data.');
}
