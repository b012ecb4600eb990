import { badge, choice, esc, fact, factName } from './helpers.js';

const criterion = ({ title, score, reason }) =>
  `<div style="border-top:1px solid #EAECF0;padding:8px 0"><strong style="color:#101828">${esc(title)}</strong> ${score === null ? badge('insufficient evidence', 'warning') : `${score} of 100`}<div>${esc(reason)}</div></div>`;

const facts = (groups) =>
  Object.entries(groups)
    .map(
      ([group, values]) =>
        `<strong>${esc(group)}</strong><div style="color:#667085">${Object.entries(values)
          .map(([key, value]) => `${esc(factName(key))}: ${esc(value)}`)
          .join(' · ')}</div>`,
    )
    .join('');

const choicesOf = ({ dataType, categories }) =>
  dataType === 'BOOLEAN'
    ? [choice('true', 'Yes'), choice('false', 'No')]
    : categories?.map(({ label }) => choice(label, label));

/** The judgement that the reader reviews now, and what it can be scored by. */
export default function transform(data) {
  const review = data?.review;
  if (!review) return { reviewId: '' };
  const { judgement } = review;
  const scored = review.scores.map(({ config, value }) => `${esc(config)}: ${esc(value)}`);
  return {
    reviewId: review.reviewId,
    judgementId: review.judgementId,
    configs: review.configs.map(({ name, description, required }) =>
      choice(name, `${name}${required ? ' (required)' : ''}: ${description}`),
    ),
    choices: Object.fromEntries(review.configs.map((config) => [config.name, choicesOf(config)])),
    card: `<div style="padding:4px 8px">${badge(review.kind, 'neutral')} ${badge(judgement.grade)} ${fact('Why it was drawn', review.reasons.map(({ reason, detail }) => `${esc(reason)}: ${esc(detail)}`).join('<br>'))}${fact('What the builder reads', esc(judgement.feedback).replaceAll('\n', '<br>'))}${judgement.criteria.map(criterion).join('')}${fact('Facts', facts(review.facts))}</div>`,
    scores: `<div style="padding:4px 8px">${fact('What you can give', review.configs.map(({ name, dataType, minValue, maxValue, categories }) => `${esc(name)}: ${dataType === 'NUMERIC' ? `${minValue} to ${maxValue}` : dataType === 'BOOLEAN' ? 'true or false' : categories ? categories.map(({ label }) => esc(label)).join(', ') : 'text'}`).join('<br>'))}${fact('Your scores so far', scored.join('<br>') || 'none')}</div>`,
  };
}
