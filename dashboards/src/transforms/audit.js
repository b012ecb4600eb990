import { actorName, factName, shortId, when, words } from './helpers.js';

/** `Evaluation: mark notified` for `evaluation.markNotified`. */
const actionName = (operation) => {
  const [resource, ...verb] = String(operation).split('.');
  return `${words(factName(resource))}${verb.length > 0 ? `: ${factName(verb.at(-1))}` : ''}`;
};

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
      action: actionName(entry.operation),
      subject: shortId(entry.subject),
      requestId: entry.requestId ?? '—',
    })),
  };
}
