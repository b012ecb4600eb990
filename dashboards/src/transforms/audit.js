import { when } from './helpers.js';

/** The audit trail as sentences: who did what to whom. */
export default function transform(data) {
  return {
    nextCursor: data?.nextCursor ?? '',
    rows: (data?.items ?? []).map((entry) => ({
      seq: entry.seq,
      when: when(entry.occurredAt),
      who: entry.actor.actingFor
        ? `${entry.actor.actingFor} (through ${entry.actor.name})`
        : entry.actor.name,
      operation: entry.operation,
      subject: entry.subject,
      requestId: entry.requestId ?? '—',
    })),
  };
}
