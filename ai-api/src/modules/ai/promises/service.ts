import type { CountedPromise } from '../../../platform/promises.ts';

export type Promises = ReturnType<typeof createPromises>;

/** @param promises of all modules */
export function createPromises(promises: () => readonly CountedPromise[], now: () => Date) {
  return {
    /** Counts the evidence of every promise, one after the other. */
    check: async (tenantId: string, signal: AbortSignal) => {
      const counted = [];
      for (const { id, says, count } of promises()) {
        signal.throwIfAborted();
        const evidence = await count(tenantId, signal);
        counted.push({ id, says, holds: evidence.checked === 0 ? null : evidence.broken === 0, ...evidence });
      }
      return {
        checkedAt: now().toISOString(),
        holds: counted.every(({ holds }) => holds !== false),
        promises: counted,
      };
    },
  };
}
