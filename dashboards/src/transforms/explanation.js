import { actorName, badge, block, claimsOf, esc, fact, padded, quiet, when } from './helpers.js';

const TONE = { for: ['for', 'good'], against: ['against', 'bad'], open: ['open', 'warning'] };
const BY = { rules: 'rules', model: 'a model', human: 'a person' };

const element = ({ title, sentence, speaks, decidedBy }) =>
  block(
    `<strong style="color:#101828">${esc(title)}</strong> ${badge(...TONE[speaks])}<div>${esc(sentence)}</div>${decidedBy ? quiet(`by ${BY[decidedBy]}`) : ''}`,
  );

const percent = (share) => `${Math.round(100 * share)} %`;

/** What a model did: it scored criteria, or it only found claims, which rules checked. */
const roleOf = ({ criteria, share, claims }) =>
  criteria > 0 || claims === 0
    ? `${criteria} criteria, ${percent(share)}`
    : `found ${claims} claims, which rules checked`;

/** Who had which part of a judgement. */
function partsOf({ rules, model, person }) {
  const lines = [`Rules: ${rules.criteria} criteria, ${percent(rules.share)} of the weight`];
  if (model) lines.push(`Model ${esc(model.name)}: ${roleOf(model)}`);
  lines.push(
    person
      ? `Decided by ${esc(actorName(person.name))}, ${when(person.at)}: ${esc(person.reason)}`
      : 'No person has decided it',
  );
  return lines.join('<br>');
}

function changesOf({ changes, search }) {
  if (changes.length > 0) return changes.map(({ sentence }) => block(esc(sentence))).join('');
  if (!search.isReproduced)
    return quiet('The rules do not lead to the stored result, so no change is shown.');
  if (!search.isComplete) return quiet('No small change was found in the time that a search may take.');
  return quiet('No change of up to three facts would have led to something better.');
}

/** Why a judgement came out as it did, and what would have changed it. */
export default function transform(data) {
  if (!data?.judgementId) return {};
  return {
    card: padded(
      `${fact('Result', esc(data.result))}${fact('What would have changed it', changesOf(data))}${fact('What weighed most', data.elements.map(element).join(''))}${data.claims.length > 0 ? fact('What the text claims', claimsOf(data.claims)) : ''}${fact('Who had which part', partsOf(data.parts))}`,
    ),
  };
}
