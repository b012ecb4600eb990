import { badge, block, esc, padded, prose, quiet } from './helpers.js';

const STATES = {
  answered: ['answered from the policies', 'good'],
  'not said': ['not covered by the policies', 'warning'],
  passages: ['best matching passages; no model was used', 'neutral'],
};

const source = (one) =>
  block(
    `<strong style="color:#101828">[${one.number}] ${esc(one.title)}</strong>, version ${one.version}${quiet(`${one.heading.map(esc).join(' › ')}${one.page === null ? '' : ` · page ${one.page}`}`)}${prose(one.text)}`,
  );

/** An answer, sentence by sentence with what it rests on. */
export default function transform(data) {
  if (!data?.turnId) return {};
  const [word, tone] = STATES[data.status] ?? [data.status, 'neutral'];
  const sentences = data.sentences.map(
    ({ text, citation, quote }) =>
      `<div style="margin-bottom:10px">${esc(text)} <strong style="color:#1F4B99">[${citation}]</strong>${quiet(`“${esc(quote)}”`)}</div>`,
  );
  return {
    turnId: data.turnId,
    conversationId: data.conversationId,
    card: padded(
      `${badge(word, tone)}<div style="color:#101828;font-size:15px;margin:12px 0">${sentences.join('') || prose(data.answer)}</div>${data.modelFailure ? quiet(esc(data.modelFailure)) : ''}`,
    ),
    sources: data.citations.length === 0 ? undefined : padded(data.citations.map(source).join('')),
  };
}
