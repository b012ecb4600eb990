import { badge, block, esc, fact, heading, padded, quiet, when } from './helpers.js';

const STATE_TONES = {
  completed: 'good',
  failed: 'bad',
  compensation_failed: 'bad',
  compensated: 'warning',
  cancelled: 'warning',
  paused: 'warning',
};

const GOOD = '#067647';
const BAD = '#B42318';
const WARNING = '#B54708';
const QUIET = '#98A2B3';
const TASK_COLORS = {
  succeeded: GOOD,
  failed: BAD,
  running: '#175CD3',
  waiting: '#175CD3',
  retrying: WARNING,
  skipped: QUIET,
  pending: QUIET,
  cancelled: QUIET,
};

const dot = (color) =>
  `<span style="display:inline-block;width:10px;height:10px;border-radius:5px;margin-right:8px;background:${color}"></span>`;

/** `1.2 s`, `5 min`, `2 d`. */
const took = (from, to) => {
  const seconds = (new Date(to).getTime() - new Date(from).getTime()) / 1000;
  if (seconds < 0.05) return 'less than 0.1 s';
  if (seconds < 90) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} d`;
};

const stepsIn = (step) => [
  ...(step.steps ?? []),
  ...(step.otherwise ?? []),
  ...(step.cases ?? []).flatMap((one) => one.steps),
  ...Object.values(step.branches ?? {}).flat(),
];
const titlesOf = (steps) =>
  steps.flatMap((step) => [[step.id, step.title ?? step.id], ...titlesOf(stepsIn(step))]);

/** `Send to each, 4th item: mail` for `send[3].mail`. */
const titleOf = (titles, { path, step }) => {
  const item = /\[(\d+)\]/.exec(path);
  return `${titles[step] ?? step}${item ? `, item ${Number(item[1]) + 1}` : ''}`;
};

const taskWords = ({ state, attempt, startedAt, endedAt, dueAt, waitsFor, error }) => {
  const attempts = attempt > 1 ? `, attempt ${attempt}` : '';
  switch (state) {
    case 'succeeded':
      return `done in ${took(startedAt, endedAt)}${attempts}`;
    case 'failed':
      return `failed${attempts}: ${error?.message ?? 'no reason was given'}`;
    case 'waiting':
      return `waits for ${waitsFor} since ${when(startedAt)}${dueAt ? `, at most until ${when(dueAt)}` : ''}`;
    case 'retrying':
      return `tries again ${when(dueAt)}: ${error?.message ?? ''}`;
    case 'running':
      return `runs since ${when(startedAt)}${attempts}`;
    case 'pending':
      return 'waits for a free place';
    case 'skipped':
      return 'left out: its condition was false';
    default:
      return 'not carried out: the process ended before';
  }
};

const UNDO_WORDS = {
  pending: ['will be undone', WARNING],
  running: ['is being undone', WARNING],
  retrying: ['could not be undone yet, and is tried again', WARNING],
  succeeded: ['undone', WARNING],
  nothing_to_undo: ['had left nothing to undo', QUIET],
  failed: ['could not be undone', BAD],
  resolved: ['undone by hand', WARNING],
};

/** What happened, one line for each step, in the order of time. */
const linesOf = ({ tasks, compensations, timeline, definition }) => {
  const titles = Object.fromEntries(titlesOf(definition.steps));
  const steps = new Map(tasks.map((task) => [task.path, task]));
  return [
    ...timeline
      .filter(({ path }) => path === null)
      .map(({ at, what, who, detail }) => ({
        at,
        color: /fail/.test(what) ? BAD : /^(completed|resumed)/.test(what) ? GOOD : QUIET,
        title: what.replaceAll('_', ' '),
        words: [who ? `by ${who}` : '', detail ?? ''].filter(Boolean).join(' · '),
      })),
    ...tasks.map((task) => ({
      at: task.startedAt,
      color: TASK_COLORS[task.state] ?? QUIET,
      title: titleOf(titles, task),
      words: taskWords(task),
    })),
    ...compensations.map(({ path, state, error, endedAt }) => ({
      at: endedAt ?? '9999',
      color: UNDO_WORDS[state][1],
      title: titleOf(titles, steps.get(path) ?? { path, step: path }),
      words: `${UNDO_WORDS[state][0]}${error ? `: ${error.message}` : ''}`,
    })),
  ].toSorted((a, b) => a.at.localeCompare(b.at));
};

const timelineEntry = ({ at, color, title, words }) =>
  block(`${dot(color)}<b>${esc(title)}</b>${quiet(`${at === '9999' ? '' : `${when(at)} · `}${esc(words)}`)}`);

/** One workflow: its timeline, its steps, and what a person can do. */
export default function transform(data) {
  if (!data?.instance) return {};
  const { instance, tasks, compensations, definition } = data;
  const left = compensations.filter(({ state }) => state === 'failed');
  return {
    state: instance.state,
    timeline: padded(
      `${heading(definition.title)}<div style="padding:8px 0">${badge(instance.state.replaceAll('_', ' '), STATE_TONES[instance.state] ?? 'neutral')}</div>${instance.advice ? `<div style="padding-bottom:8px">${esc(instance.advice)}</div>` : ''}${linesOf(data).map(timelineEntry).join('')}`,
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
