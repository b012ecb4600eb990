import { count, dollars, figure } from './helpers.js';

const inStates = (part, ...states) =>
  (part?.data?.counts ?? [])
    .filter(({ state }) => states.includes(state))
    .reduce((total, one) => total + one.count, 0);

const card = (part, label, value, note, tone) =>
  part?.status === 'ok'
    ? figure(label, count(value), note, tone)
    : figure(label, '—', part?.error ?? 'Not available');

const spent = (part) => {
  if (part?.status !== 'ok') return figure('Models today', '—', part?.error ?? 'Not available');
  const { spentMicros, dailyMicros } = part.data;
  const limit = dailyMicros === null ? 'No limit' : `of ${dollars(dailyMicros)}`;
  const isOver = dailyMicros !== null && spentMicros >= dailyMicros;
  return figure('Models today', dollars(spentMicros), limit, isOver ? 'warning' : 'neutral');
};

/** The parts of the first page as cards; one that failed does not take the others with it. */
export default function transform(data) {
  if (!data?.parts) return {};
  const part = (name) => data.parts.find((one) => one.name === name);
  const broken = inStates(part('workflows'), 'failed', 'compensation_failed');
  return {
    decisionsCard: card(
      part('decisions'),
      'Open decisions',
      part('decisions')?.data?.items.length,
      'asked by processes',
    ),
    requestsCard: card(
      part('approvals'),
      'Time requests',
      part('approvals')?.data?.mine,
      'waiting for your decision',
    ),
    processesCard: card(
      part('workflows'),
      'Processes to repair',
      broken,
      `${count(inStates(part('workflows'), 'running', 'waiting', 'queued'))} under way`,
      broken > 0 ? 'bad' : 'neutral',
    ),
    plansCard: card(
      part('plans'),
      'Active plans',
      part('plans')?.data?.items.length,
      part('plans')?.data?.nextCursor ? 'and more, of people' : 'of people',
    ),
    spentCard: spent(part('usage')),
  };
}
