import { figure, kindName } from './helpers.js';

/** How much waits for a reviewer. */
export default function transform(data) {
  const kinds = data?.kinds;
  if (!kinds) return {};
  const sum = (key) => kinds.reduce((total, kind) => total + kind[key], 0);
  const by = (key) =>
    kinds
      .filter((kind) => kind[key] > 0)
      .map((kind) => `${kindName(kind.kind)} ${kind[key]}`)
      .join(' · ');
  return {
    card: figure('Reviews', `${sum('open')} open`, `${sum('claimed')} assigned, ${sum('done')} done`),
    openCard: figure('Open', String(sum('open')), by('open') || 'No open reviews'),
    claimedCard: figure('Assigned', String(sum('claimed')), by('claimed') || 'None assigned'),
    doneCard: figure('Done', String(sum('done')), by('done') || 'None yet'),
  };
}
