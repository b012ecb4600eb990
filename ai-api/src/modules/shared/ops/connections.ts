import { type Served, serve } from '../../../http/router.ts';
import { reasonOf } from '../../../platform/error-reason.ts';
import type { CONNECTION_STATES } from './connections-contract.ts';
import { connection } from './connections-contract.ts';

/** What one check found. */
export interface Finding {
  state: (typeof CONNECTION_STATES)[number];
  detail: string;
  /** What to do; absent where nothing has to be done. */
  cure?: string;
}

/** One connection, and how it is checked for a company. */
export interface Check {
  name: string;
  /** What to do when `run` rejects or takes too long. */
  cure: string;
  run(tenantId: string, signal: AbortSignal): Promise<Finding>;
}

/** For one check; the slowest waits for a trace to arrive in Langfuse. */
const LIMIT_MS = 30_000;

/** The operation that runs every check. */
export function serveConnections(checks: readonly Check[]): Served {
  return serve(connection, {
    check: async (_input, { caller }) => {
      const items = await carryOutAll(checks, caller.tenantId);
      const isFaulty = items.some(({ state }) => state === 'fault');
      return { status: isFaulty ? 'fault' : 'ok', checkedAt: new Date().toISOString(), items };
    },
  });
}

/** Runs every check at once: one that rejects, or does not end within the limit, is a fault. */
export function carryOutAll(checks: readonly Check[], tenantId: string, limitMs = LIMIT_MS) {
  return Promise.all(checks.map((check) => carryOut(check, tenantId, limitMs)));
}

async function carryOut({ name, cure, run }: Check, tenantId: string, limitMs: number) {
  const began = performance.now();
  const found = await withinLimit((signal) => run(tenantId, signal), limitMs).catch(
    (error: unknown): Finding => ({ state: 'fault', detail: reasonOf(error), cure }),
  );
  const durationMs = Math.round(performance.now() - began);
  return { name, state: found.state, detail: found.detail, cure: found.cure ?? null, durationMs };
}

async function withinLimit<T>(work: (signal: AbortSignal) => Promise<T>, limitMs: number): Promise<T> {
  const signal = AbortSignal.timeout(limitMs);
  let late = () => {};
  const expired = new Promise<never>((_resolve, reject) => {
    late = () => reject(new Error(`It did not answer within ${limitMs / 1000} seconds.`));
    signal.addEventListener('abort', late, { once: true });
  });
  try {
    return await Promise.race([work(signal), expired]);
  } finally {
    signal.removeEventListener('abort', late);
  }
}
