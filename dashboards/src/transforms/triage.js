import { badge, claimsOf, esc } from './helpers.js';

const WORDS = {
  approve: ['would be approved automatically', 'good'],
  reject: ['was rejected', 'bad'],
  review: ['would need review', 'warning'],
  incomplete: ['contradicts the records: correct it first', 'warning'],
};
const PROPOSED = ['would go to a person, who is advised to reject it', 'warning'];

/** What the engine says of a request before it is sent. */
export default function transform(data) {
  const [words, tone] = (data?.proposal === 'reject' ? PROPOSED : WORDS[data?.decision]) ?? [];
  if (!words) return {};
  const points = (data.judgement?.criteria ?? []).map(
    ({ title, reason }) => `<li>${esc(title)}: ${esc(reason)}</li>`,
  );
  return {
    card: `<div style="padding:4px 8px"><div style="margin-bottom:8px">This request ${badge(words, tone)}</div><div>${esc(data.reasoning)}</div>${claimsOf(data.judgement?.claims)}<ul style="color:#667085;padding-left:20px;margin:8px 0">${points.join('')}</ul></div>`,
  };
}
