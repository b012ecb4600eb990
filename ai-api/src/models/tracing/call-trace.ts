import type { TenantTransaction } from '../../platform/database/index.ts';
import type { CallRow } from '../ledger/store.ts';
import { keepTrace } from './draft.ts';

/**
 * The trace of a call that is part of no judgement, turn or execution, such as the check of a prompt or a batch of
 * embeddings. Each attempt is one: another attempt may come long after this one was sent.
 */
export async function keepCallTrace(transaction: TenantTransaction, row: CallRow): Promise<void> {
  if (row.trace_id === null) return;
  const startedAt = new Date(row.started_at);
  await keepTrace(transaction, {
    id: row.trace_id,
    name: row.purpose,
    startedAt,
    endedAt: new Date(startedAt.getTime() + row.latency_ms),
    person: row.person ?? undefined,
    sessionId: row.session_id ?? undefined,
    tags: [row.kind, row.purpose],
    metadata: { callId: row.call_id, attempt: row.attempt, subject: row.subject },
    parts: [],
  });
}
