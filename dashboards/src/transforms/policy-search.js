import { block, esc, padded, prose, quiet } from './helpers.js';

/** Passages that fit a search. */
export default function transform(data) {
  const passages = data?.passages ?? [];
  if (passages.length === 0) return {};
  return {
    card: padded(
      `${quiet(esc(data.meaning))}${passages.map((one) => block(`<strong style="color:#101828">${esc(one.title)}</strong>${quiet(`${one.heading.map(esc).join(' › ')}${one.page === null ? '' : ` · page ${one.page}`}`)}${prose(one.text)}`)).join('')}`,
    ),
  };
}
