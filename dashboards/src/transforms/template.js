import { badge, block, esc, heading, padded, quiet } from './helpers.js';

const stepsIn = (step) => [
  ...(step.steps ?? []),
  ...(step.otherwise ?? []),
  ...(step.cases ?? []).flatMap((one) => one.steps),
  ...Object.values(step.branches ?? {}).flat(),
];

const stepLine = (step, depth) => {
  const what = step.operation ?? step.template ?? step.event ?? step.question ?? '';
  const notes = [
    typeof what === 'string' ? what : '',
    step.when ? `only if ${step.when}` : '',
    step.compensate ? `undone by ${step.compensate.operation}` : '',
    step.pivot ? 'no way back after it' : '',
  ].filter(Boolean);
  return (
    block(
      `<div style="padding-left:${depth * 20}px">${badge(step.type, 'neutral')} <b>${esc(step.title ?? step.id)}</b>${quiet(esc(notes.join(' · ')))}</div>`,
    ) +
    stepsIn(step)
      .map((one) => stepLine(one, depth + 1))
      .join('')
  );
};

/** A template as its steps read. */
export default function transform(data) {
  if (!data?.definition) return {};
  const { definition, version } = data;
  return {
    card: padded(
      `${heading(definition.title)}${quiet(`${esc(definition.description)} Version ${version}.`)}${definition.steps.map((step) => stepLine(step, 0)).join('')}`,
    ),
  };
}
