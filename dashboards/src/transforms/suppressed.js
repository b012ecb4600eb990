import { when } from './helpers.js';

/** Suppressed addresses as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((one) => ({
      address: one.address,
      channel: one.channel,
      reason: one.reason,
      detail: one.detail,
      when: when(one.createdAt),
    })),
  };
}
