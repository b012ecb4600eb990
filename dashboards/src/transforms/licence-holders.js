import { when } from './helpers.js';

/** Live sessions, the longest idle first. */
export default function transform(data) {
  return {
    rows: [...(data?.items ?? [])]
      .sort((a, b) => (b.idleSeconds ?? -1) - (a.idleSeconds ?? -1))
      .map((item) => ({
        sessionId: item.sessionId,
        user: item.user ?? `device ${item.device.slice(0, 8)}`,
        licence: item.licence,
        product: item.product,
        state: item.state,
        since: when(item.startedAt),
        until: when(item.leaseUntil),
        idle: item.idleSeconds === null ? '—' : `${Math.round(item.idleSeconds / 60)} min`,
      })),
  };
}
