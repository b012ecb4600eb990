import { badge, block, esc, fact, heading, padded, quiet, when } from './helpers.js';

const STATE_TONES = {
  completed: 'good',
  failed: 'bad',
  compensation_failed: 'bad',
  compensated: 'warning',
  cancelled: 'warning',
  paused: 'warning',
};

const timelineDot = (what) => {
  const color = /^(failed|could not)/.test(what)
    ? '#B42318'
    : /^(succeeded|completed|resumed)/.test(what)
      ? '#067647'
      : /^(undid|undo|cancelled|compensated|paused)/.test(what)
        ? '#B54708'
        : '#98A2B3';
  return `<span style="display:inline-block;width:10px;height:10px;border-radius:5px;margin-right:8px;background:${color}"></span>`;
};

const timelineEntry = ({ at, what, who, detail }) =>
  block(
    `${timelineDot(what)}<b>${esc(what)}</b>${who ? ` by ${esc(who)}` : ''}${quiet(`${when(at)}${detail ? ` · ${esc(detail)}` : ''}`)}`,
  );

/** One workflow: its timeline, its steps, and what a person can do. */
export default function transform(data) {
  if (!data?.instance) return {};
  const { instance, tasks, compensations, timeline, definition } = data;
  const left = compensations.filter(({ state }) => state === 'failed');
  return {
    state: instance.state,
    timeline: padded(
      `${heading(definition.title)}<div style="padding:8px 0">${badge(instance.state.replaceAll('_', ' '), STATE_TONES[instance.state] ?? 'neutral')}</div>${timeline.map(timelineEntry).join('')}`,
    ),
    steps: tasks.map((task) => ({
      path: task.path,
      state: task.state,
      attempt: task.attempt,
      note: task.error?.message ?? (task.waitsFor ? `waits for ${task.waitsFor}` : '—'),
    })),
    card: padded(
      [
        heading(definition.title),
        fact(
          'What to do',
          esc(instance.advice ?? 'Nothing: it goes on by itself, or has ended as it should.'),
        ),
        instance.error ? fact('Why', esc(instance.error.message)) : '',
        left.length > 0
          ? fact(
              'Not undone',
              left.map(({ path, error }) => `${esc(path)}: ${esc(error?.message)}`).join('<br>'),
            )
          : '',
        instance.wakeAt ? fact('Goes on by itself', when(instance.wakeAt)) : '',
        quiet(
          `${esc(instance.template)}, version ${instance.version} · started by ${esc(instance.startedBy)}`,
        ),
      ].join(''),
    ),
  };
}
