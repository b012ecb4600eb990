import { block, esc, padded, quiet } from './helpers.js';

const MOST = 2;
const LENGTH = 240;

const cut = (text) => (text.length > LENGTH ? `${text.slice(0, LENGTH).replace(/\s+\S*$/, '')} …` : text);

/** The passages that fit a request best; one that shares no word with it is no hint. */
export default function transform(data) {
  const hints = (data?.passages ?? []).filter(({ words }) => words > 0).slice(0, MOST);
  if (hints.length === 0) return {};
  const passage = ({ title, heading, text }) => {
    const below = heading.filter((one) => one !== title).map(esc);
    return block(
      `<strong style="color:#101828">${esc(title)}</strong>${below.length > 0 ? quiet(below.join(' › ')) : ''}<div>${esc(cut(text))}</div>`,
    );
  };
  return {
    card: padded(`${quiet('Related policies')}${hints.map(passage).join('')}`),
  };
}
