import { when, withNames } from './helpers.js';

/** Jobs as a table. */
export default function transform(data, { queries } = {}) {
  const names = queries?.directory?.data?.names;
  return {
    rows: (data?.items ?? []).map((job) => ({
      id: job.id,
      queue: job.queue,
      state: job.state,
      about:
        Object.entries(job.ids)
          .reverse()
          .map(([key, value]) =>
            withNames(
              names,
              `${key.replace(/Id$/, '')} ${value.length > 20 ? `…${value.slice(-6)}` : value}`,
            ),
          )
          .join(', ') || '—',
      attempts: job.attempts,
      reason: job.reason ?? '—',
      created: when(job.createdAt),
      due: when(job.dueAt),
    })),
  };
}
