import { badge, choice, esc, fact, factName, kindName, words } from './helpers.js';

const criterion = ({ title, score, reason }) =>
  `<div style="border-top:1px solid #EAECF0;padding:8px 0"><strong style="color:#101828">${esc(title)}</strong> ${score === null ? badge('insufficient evidence', 'warning') : `${score} of 100`}<div>${esc(reason)}</div></div>`;

const facts = (groups) =>
  Object.entries(groups)
    .map(
      ([group, values]) =>
        `<strong>${esc(words(group))}</strong><div style="color:#667085">${Object.entries(values)
          .map(([key, value]) => `${esc(factName(key))}: ${esc(value)}`)
          .join(' · ')}</div>`,
    )
    .join('');

const choicesOf = ({ dataType, categories }) =>
  dataType === 'BOOLEAN'
    ? [choice('true', 'Yes'), choice('false', 'No')]
    : categories?.map(({ label }) => choice(label, label));

const rangeOf = ({ dataType, minValue, maxValue }) =>
  dataType === 'NUMERIC' ? `${minValue} to ${maxValue}` : 'Text';

/** A field of the form. */
const fieldOf = (scores) => (config) => ({
  name: config.name,
  type: config.dataType,
  required: config.required,
  isScored: scores.some((score) => score.config === config.name),
  label: `${words(config.name)}${config.required ? ' (required)' : ''}`,
  hint: rangeOf(config),
  choices: choicesOf(config),
});

const explained = ({ name, description }) => fact(words(name), esc(description));

const REASONS = {
  random: 'Random sample',
  flagged: 'Needs review',
  overridden: 'Overridden',
  'low confidence': 'Low confidence',
};

/** The draw of a random sample tells a reviewer nothing. */
const reasonOf = ({ reason, detail }) =>
  reason === 'random' ? REASONS.random : `${esc(REASONS[reason] ?? reason)}: ${esc(detail)}`;

/** The judgement that the reader reviews now, and what it can be scored by. */
export default function transform(data) {
  const review = data?.review;
  if (!review) return { reviewId: '' };
  const { judgement } = review;
  const scored = review.scores.map(({ config, value }) => `${esc(config)}: ${esc(value)}`);
  return {
    reviewId: review.reviewId,
    judgementId: review.judgementId,
    configs: review.configs.map(fieldOf(review.scores)),
    card: `<div style="padding:4px 8px">${badge(kindName(review.kind), 'neutral')} ${badge(judgement.grade)} ${fact('Selected because', review.reasons.map(({ reason, detail }) => reasonOf({ reason, detail })).join('<br>'))}${fact('Feedback to the builder', esc(judgement.feedback).replaceAll('\n', '<br>'))}${judgement.criteria.map(criterion).join('')}${fact('Facts', facts(review.facts))}</div>`,
    scores: `<div style="padding:4px 8px">${review.configs.map(explained).join('')}${fact('Your scores so far', scored.join('<br>') || 'none')}</div>`,
  };
}
