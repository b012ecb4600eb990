import { block, padded, prose, quiet, when } from './helpers.js';

/** What was asked and answered before, newest first. */
export default function transform(data) {
  const turns = [...(data?.turns ?? [])].reverse();
  if (turns.length === 0) return {};
  return {
    card: padded(
      turns
        .map((turn) =>
          block(
            `<strong style="color:#101828">${prose(turn.question)}</strong><div>${prose(turn.answer)}</div>${quiet(when(turn.createdAt))}`,
          ),
        )
        .join(''),
    ),
  };
}
