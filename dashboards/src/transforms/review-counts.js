import { figure } from './helpers.js';

/** How much waits for a reviewer. */
export default function transform(data) {
  const kinds = data?.kinds;
  if (!kinds) return {};
  const sum = (key) => kinds.reduce((total, kind) => total + kind[key], 0);
  const by = (key) =>
    kinds
      .filter((kind) => kind[key] > 0)
      .map((kind) => `${kind.kind} ${kind[key]}`)
      .join(' · ');
  return {
    card: figure(
      'Reviews',
      `${sum('open')} open`,
      `${sum('claimed')} in somebody's hands, ${sum('done')} done`,
    ),
    openCard: figure('Wait for a reviewer', String(sum('open')), by('open') || 'Nothing waits'),
    claimedCard: figure("In somebody's hands", String(sum('claimed')), by('claimed') || 'Nobody reviews now'),
    doneCard: figure('Done', String(sum('done')), by('done') || 'None yet'),
  };
}
