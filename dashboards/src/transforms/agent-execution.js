import { badge, dollars, esc, fact, padded, prose, quiet } from './helpers.js';

const value = (one) => (typeof one === 'string' ? prose(one) : esc(JSON.stringify(one)));

/** What an agent answered. */
export default function transform(data) {
  if (!data?.executionId) return {};
  const answer = data.output
    ? Object.entries(data.output)
        .map(([key, one]) => fact(key, value(one)))
        .join('')
    : fact('Answer', esc(data.failure?.message ?? 'No answer yet. Refresh in a moment.'));
  return {
    executionId: data.executionId,
    card: padded(
      `${badge(data.status)}${answer}${quiet(`${esc(data.model ?? 'no model')} · ${data.tokensIn + data.tokensOut} tokens · ${dollars(data.costMicros)}`)}`,
    ),
  };
}
