import { ago, brief, oneDecimal } from './helpers.js';

/** Verdicts as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map(({ resultId, status, human, score, text, effect, createdAt }) => ({
      resultId,
      status: human?.status ?? status,
      score: oneDecimal(score),
      text: text === null ? '(not kept)' : brief(text),
      effect,
      at: ago(createdAt),
    })),
  };
}
