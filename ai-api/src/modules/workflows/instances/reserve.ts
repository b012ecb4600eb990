import type { Caller } from '../../../http/caller.ts';
import type { Invoker } from '../../../http/invoker.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Principal } from '../../shared/identity/index.ts';
import type { Claim } from './ledger.ts';
import type { WorkflowParts } from './parts.ts';
import type { InstanceRow } from './store.ts';

/**
 * Takes the idempotency keys of operations in the transaction that writes their intents, so that the first attempt of a
 * step asks for its key in no transaction of its own. A key is kept as long as its step.
 */
export async function reserveKeys(
  { invoker, leaseSeconds }: Pick<WorkflowParts, 'invoker' | 'leaseSeconds'>,
  transaction: TenantTransaction,
  instance: InstanceRow,
  claims: readonly Claim[],
): Promise<void> {
  const caller = callerOf(instance.principal as unknown as Principal);
  for (const claim of claims) {
    if (claim.step.type !== 'operation' || claim.attempt > 1) continue;
    const { operation } = claim.step;
    const { input } = claim.input as { input: Record<string, unknown> };
    const call = { operation, input: withoutEmpty(invoker, operation, input), caller };
    claim.reserved = await invoker.reserve(
      transaction,
      { ...call, idempotencyKey: `wf:${claim.taskId}` },
      leaseSeconds,
    );
  }
}

/** Who started an instance, as the operations of its steps are known; of an instance of n8n, as its calls are. */
export function callerOf(principal: Principal): Caller {
  const id = principal.keyId ?? principal.user?.id ?? '';
  const kind = principal.keyId ? 'key' : 'session';
  return { ...principal, dataRegion: null, credential: { kind, id, expiresAt: null } };
}

/** The input of an operation; an optional field for which an expression had no value is left out. */
export function withoutEmpty(
  invoker: Pick<Invoker, 'find'>,
  operation: string,
  input: Record<string, unknown>,
): Record<string, unknown> {
  const shape = invoker.find(operation)?.input.shape ?? {};
  return Object.fromEntries(
    Object.entries(input).filter(([name, value]) => {
      const field = shape[name];
      return value !== null || !field || field.safeParse(null).success || !field.safeParse(undefined).success;
    }),
  );
}
