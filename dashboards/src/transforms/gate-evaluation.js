import {
  actorName,
  badge,
  block,
  choice,
  esc,
  evidenceLine,
  fact,
  heading,
  missingName,
  padded,
  prose,
  quiet,
  when,
} from './helpers.js';

const criterion = ({ title, verdict, score, reason, evidence, decidedBy }) =>
  block(
    `<strong style="color:#101828">${esc(title)}</strong> ${verdict === 'scored' ? badge(score >= 50 ? 'met' : 'not met', score >= 50 ? 'good' : 'bad') : badge('open', 'warning')}<div>${esc(reason)}</div>${quiet(`${evidenceLine(evidence)}${decidedBy ? ` · by ${esc(actorName(decidedBy))}` : ''}`)}`,
  );

/** One project at one gate: whether it may go on, what is met and what is missing. */
export default function transform(data) {
  if (!data?.evaluationId) return {};
  const missing = data.missingEvidence.flatMap((one) => one.missing);
  const asked = data.criteria.filter(
    ({ verdict, decidedBy }) => verdict !== 'scored' || decidedBy !== 'rules',
  );
  return {
    evaluationId: data.evaluationId,
    version: data.version,
    waivable: !data.can_progress,
    judgementId: data.judgement?.judgementId ?? '',
    isHeld: data.decision === 'hold' && !data.contested && data.waiver === null,
    isProposed: data.proposal !== null && data.waiver === null,
    questions: asked.map(({ id, title }) => choice(id, title)),
    card: padded(
      `${heading(`${data.project.name}: gate to ${data.toStage}`)}<div style="margin:8px 0">${badge(data.can_progress ? 'may advance' : 'may not advance yet', data.can_progress ? 'good' : 'warning')} ${badge(`${data.fromStage} → ${data.toStage}`, 'neutral')} ${data.waiver ? badge('waived', 'warning') : ''}${data.contested ? badge('contested', 'warning') : ''}</div>${data.proposal && !data.waiver ? fact('The engine proposes', `${data.proposal.outcome === 'hold' ? 'The project stays in its stage' : 'The project may advance'}. A person decides, by ${when(data.proposal.dueAt)}.`) : ''}${fact('Gate', esc(data.gate))}${data.waiver ? fact('Waived by', `${esc(data.waiver.by)}: ${esc(data.waiver.reason)}`) : ''}${fact('Summary', prose(data.feedback))}${missing.length > 0 ? fact('Missing evidence', missing.map((path) => esc(missingName(path))).join('<br>')) : ''}${data.criteria.map(criterion).join('')}${quiet(`Evaluated by ${esc(actorName(data.evaluatedBy))}, ${when(data.evaluatedAt)}, gate version ${data.gateVersion}`)}`,
    ),
  };
}
