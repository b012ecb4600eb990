import { badge, block, esc, fact, heading, padded, quiet } from './helpers.js';

const more = ({ id, type, title, weight, hard, not, message, ...rest }) =>
  Object.entries(rest)
    .map(([key, value]) => `${esc(key)}: ${esc(typeof value === 'string' ? value : JSON.stringify(value))}`)
    .join(' · ');

/** One version of a rule set: its rules, scores and examples. */
export default function transform(data) {
  if (!data?.name) return {};
  const { rules, scoring, examples } = data;
  const list = rules.map((rule) =>
    block(
      `<strong>${esc(rule.title ?? rule.id)}</strong> ${badge(rule.not ? `not ${rule.type}` : rule.type, 'neutral')} ${rule.hard === false ? quiet(`Counts ${rule.weight ?? 1} in the score`) : quiet('A text that fails it fails')}${quiet(more(rule))}`,
    ),
  );
  const bands = (scoring.bands ?? []).map(({ name, from }) => `${esc(name)} from ${from}`).join(', ');
  return {
    name: data.name,
    version: data.version,
    scoring,
    keepTexts: data.keepTexts,
    rulesJson: JSON.stringify(rules, null, 2),
    examplesJson: JSON.stringify(examples, null, 2),
    card: padded(
      `${heading(data.name)}${fact('Version', `${data.version}${data.isPublished ? ', published' : ', not published'}`)}${fact('Passes from', `a score of ${scoring.passAt}${bands ? `; ${bands}` : ''}`)}${fact('Examples', `${examples.filter(({ passes }) => passes).length} that pass, ${examples.filter(({ passes }) => !passes).length} that fail`)}${list.join('')}`,
    ),
  };
}
