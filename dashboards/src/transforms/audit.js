import { actorName, shortId, when } from './helpers.js';

/** The audit trail as sentences: who did what to whom. */
export default function transform(data) {
  return {
    nextCursor: data?.nextCursor ?? '',
    rows: (data?.items ?? []).map((entry) => ({
      seq: entry.seq,
      when: when(entry.occurredAt),
      who: entry.person ?? shortId(entry.actor.actingFor ?? actorName(entry.actor.name)),
      through: entry.actor.actingFor ? actorName(entry.actor.name) : '—',
      operation: entry.operation,
      subject: shortId(entry.subject),
      requestId: entry.requestId ?? '—',
    })),
  };
}
