import { dollars, firstSentence, when } from './helpers.js';

/** What agents were asked, newest first. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((one) => ({
      executionId: one.executionId,
      status: one.status,
      input: firstSentence(one.input),
      by: one.requestedBy,
      cost: dollars(one.costMicros),
      at: when(one.createdAt),
    })),
  };
}
