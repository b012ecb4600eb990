import { when } from './helpers.js';

/** Webhooks that a connection received, the newest first. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((one) => ({
      event: one.event,
      state: one.state,
      reason: one.reason ?? '—',
      when: when(one.receivedAt),
    })),
  };
}
