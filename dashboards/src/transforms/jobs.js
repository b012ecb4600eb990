import { when } from './helpers.js';

/** Jobs as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((job) => ({
      id: job.id,
      queue: job.queue,
      state: job.state,
      about: Object.entries(job.ids).map(([key, value]) => `${key} ${value}`).join(', ') || '—',
      attempts: job.attempts,
      reason: job.reason ?? '—',
      created: when(job.createdAt),
      due: when(job.dueAt),
    })),
  };
}
