import { when } from './helpers.js';

/** Scores as Langfuse keeps them. */
export default function transform(data) {
  return {
    rows: (data?.data ?? []).map((one) => ({
      traceId: one.subject?.kind === 'trace' ? one.subject.id : (one.subject?.traceId ?? ''),
      name: one.name,
      value: String(one.stringValue ?? one.value ?? '—'),
      source: String(one.source ?? '—').toLowerCase(),
      comment: one.comment ?? '—',
      at: when(one.timestamp),
    })),
  };
}
