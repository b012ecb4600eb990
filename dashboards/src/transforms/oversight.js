import { ago, esc, kindName, padded, quiet } from './helpers.js';

const MODES = {
  on: 'engines decide what they may',
  propose: 'engines only propose',
  people: 'people decide everything',
};

/** Kinds of judgement with who decides, as a table and as choices. */
export default function transform(data) {
  const kinds = data?.items ?? [];
  const stopped = kinds
    .filter(({ mode }) => mode !== 'on')
    .map(
      ({ kind, mode, reason }) =>
        `<div><strong>${esc(kindName(kind))}</strong>: ${MODES[mode]}. ${esc(reason)}</div>`,
    )
    .join('');
  return {
    rows: kinds.map(({ kind, mode, adverse, gradeFloor, setBy, setAt, reason }) => ({
      kind,
      name: kindName(kind),
      mode: MODES[mode],
      people: [...adverse, ...(gradeFloor ? [`grades below ${gradeFloor}`] : [])].join(', ') || '—',
      setBy: setBy ?? '—',
      at: setAt ? ago(setAt) : '—',
      reason: reason ?? '—',
    })),
    choices: kinds.map(({ kind }) => ({
      label: kindName(kind),
      value: kind,
      disable: false,
      visible: true,
      default: false,
    })),
    card:
      stopped === ''
        ? ''
        : padded(
            `${stopped}${quiet('A stop holds at once for all workers, also for what they have begun, and until a person lifts it.')}`,
          ),
  };
}
