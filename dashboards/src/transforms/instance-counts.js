import { count, figure } from './helpers.js';

const sum = (counts, ...states) =>
  counts.filter(({ state }) => states.includes(state)).reduce((total, one) => total + one.count, 0);

/** How many workflows are in which state, as cards. */
export default function transform(data) {
  const counts = data?.counts ?? [];
  const broken = sum(counts, 'failed', 'compensation_failed');
  return {
    brokenCard: figure(
      'Need a person',
      count(broken),
      `${count(sum(counts, 'compensation_failed'))} with an incomplete rollback`,
      broken > 0 ? 'bad' : 'neutral',
    ),
    openCard: figure(
      'Under way',
      count(sum(counts, 'queued', 'running', 'compensating')),
      'running or being undone',
    ),
    waitingCard: figure('Waiting', count(sum(counts, 'waiting', 'paused')), 'for time, an event or a person'),
    endedCard: figure(
      'Completed',
      count(sum(counts, 'completed')),
      `${count(sum(counts, 'compensated'))} undone`,
    ),
  };
}
