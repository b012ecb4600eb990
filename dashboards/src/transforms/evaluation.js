import { badge, brief, esc, evidenceLine, fact, factName, when, words } from './helpers.js';

const criterion = (item) => `
<div style="border-top:1px solid #EAECF0;padding:12px 0">
  <div style="display:flex;justify-content:space-between;gap:16px">
    <strong style="color:#101828">${esc(item.title)}</strong>
    <span style="white-space:nowrap">${
      item.score === null
        ? badge('insufficient evidence', 'warning')
        : `<strong>${item.score}</strong> of 100`
    }</span>
  </div>
  <div style="color:#344054;margin:4px 0">${esc(item.reason)}</div>
  <div style="color:#667085;font-size:12px">${evidenceLine(item.evidence)}</div>
  <div style="color:#667085;font-size:12px">${
    item.weight === 0 ? 'For information only, not scored' : `weight ${item.weight}`
  }${item.rule ? ` · rule “${esc(words(item.rule.key))}”, version ${item.rule.version}` : ''}${
    item.decidedBy === 'model' ? ' · scored by the model' : ''
  }</div>
</div>`;

const decidedBy = (judgement) =>
  judgement.engine === 'human'
    ? `${esc(judgement.decidedBy ?? 'Person')}: ${esc(judgement.reason ?? '')}`
    : judgement.engine === 'model'
      ? `Rules and ${esc(judgement.model ?? 'a model')}`
      : 'Rules only';

/** One evaluation: the grade, what the builder reads, every criterion with reasons and evidence, projects. */
export default function transform(data) {
  if (!data?.evaluationId) return {};
  const { builder, judgement, projects = [] } = data;
  const projectRows = projects.map((project) => ({
    projectId: project.projectId,
    name: project.name,
    grade: project.grade,
    score: project.score === null ? '—' : Math.round(project.score),
    why: brief(
      project.judgement?.criteria?.find(({ score }) => score !== null)?.reason ?? 'Insufficient evidence.',
    ),
  }));
  const person = `<div style="font-size:18px;font-weight:600;color:#101828">${esc(builder.name)}</div><div style="color:#667085">${esc(builder.team)} · week ${esc(data.week)}</div>`;
  if (!judgement) {
    return {
      summary: `<div style="padding:4px 8px">${person}${fact('Status', badge(data.status))}${fact('Why', esc(data.error ?? 'Not judged yet'))}</div>`,
      criteria: '<div style="padding:8px">Not judged yet.</div>',
      rows: projectRows,
      judgementId: '',
    };
  }
  const facts = [
    ...new Map(
      judgement.criteria.flatMap(({ evidence }) => evidence.map((one) => [one.id, one.value])),
    ).entries(),
  ];
  const own = data.answer
    ? fact('The builder answers', `${esc(data.answer.text).replaceAll('\n', '<br>')}`)
    : '';
  const wait = data.waiting
    ? fact('Others see it', data.answersUntil ? `from ${when(data.answersUntil)} on` : 'later')
    : '';
  const review =
    data.reviewReasons.length > 0
      ? fact('Needs review because', data.reviewReasons.map(esc).join('<br>'))
      : '';
  return {
    judgementId: judgement.judgementId,
    facts: facts.map(([path, value]) => ({
      label: `${factName(path)}: ${value ?? 'not known'}`,
      value: path,
      disable: false,
      visible: true,
      default: false,
    })),
    canAnswer: data.waiting,
    isProposed: Boolean(judgement.proposal?.grade),
    rows: projectRows,
    summary: `<div style="padding:4px 8px">${person}
      <div style="margin:12px 0;display:flex;gap:8px;align-items:baseline"><span style="font-size:32px;font-weight:700;color:#101828">${esc(judgement.grade)}</span><span style="color:#667085">${judgement.score === null ? '' : `${Math.round(judgement.score)} of 100 · `}${Math.round(judgement.coverage * 100)} % of criteria judged</span></div>
      ${data.reviewReasons.length > 0 ? badge('needs review', 'warning') : ''}${data.contested ? badge('contested: it does not count until it is decided', 'warning') : ''}${judgement.proposal?.grade ? fact('The engine proposes', `Grade ${esc(judgement.proposal.grade)}. A person decides, by ${when(judgement.proposal.dueAt)}.`) : ''}${review}${own}${wait}
      ${fact('Decided by', decidedBy(judgement))}${fact('When', when(judgement.createdAt))}${fact('Feedback', esc(judgement.feedback).replaceAll('\n', '<br>'))}</div>`,
    criteria: `<div style="padding:4px 8px">${judgement.criteria.map(criterion).join('')}</div>`,
  };
}
