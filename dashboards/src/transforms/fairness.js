import { badge, block, esc, oneDecimal, padded, quiet } from './helpers.js';

/** Whether a run treats groups and names alike. */
export default function transform(data) {
  if (!Array.isArray(data?.shift)) return {};
  const groups = data.shift.map((one) =>
    block(
      `<strong style="color:#101828">${esc(one.group === 'all' ? 'All builders' : one.group)}</strong> ${badge(one.status, one.status === 'stable' ? 'good' : one.status === 'shifted' ? 'bad' : 'neutral')}${quiet(`${one.size} builders, ${one.sizeBefore} before · mean change ${oneDecimal(one.meanChange)} · stability index ${one.psi === null ? '—' : one.psi.toFixed(2)}`)}`,
    ),
  );
  const { swaps } = data;
  const moved = swaps.moved.map(
    ({ builderId, criterion, before, after }) => `${esc(builderId)}, ${esc(criterion)}: ${before} → ${after}`,
  );
  return {
    card: padded(
      `${badge(swaps.status, swaps.status === 'invariant' ? 'good' : swaps.status === 'moved' ? 'bad' : 'neutral')} with changed names in ${swaps.checked} texts${quiet(esc(swaps.reason ?? ''))}${moved.join('<br>')}${groups.join('')}`,
    ),
  };
}
