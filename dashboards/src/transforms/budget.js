import { dollars, figure } from './helpers.js';

/** What models may cost today, and what they did. */
export default function transform(data) {
  if (!data?.day) return {};
  const isOver = data.dailyMicros !== null && data.spentMicros >= data.dailyMicros;
  const whose = data.isOwn ? 'set by your company' : 'set by the installation';
  const limit = data.dailyMicros === null ? 'No limit' : `Of ${dollars(data.dailyMicros)}, ${whose}`;
  return {
    card: figure(
      'Spent today',
      dollars(data.spentMicros),
      isOver ? 'Budget spent: only rules decide until tomorrow' : limit,
      isOver ? 'warning' : undefined,
    ),
  };
}
