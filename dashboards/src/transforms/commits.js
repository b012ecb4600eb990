import { ago } from './helpers.js';

/** Commits as a table, the newest first. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((one) => ({
      sha: one.sha.slice(0, 8),
      subject: `${one.subject}${one.reachable ? '' : ' (replaced)'}`,
      author: one.authorName ?? '—',
      lines: one.added === null ? '—' : `+${one.added} −${one.deleted}`,
      when: ago(one.committedAt),
    })),
  };
}
