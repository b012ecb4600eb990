import { dollars, figure } from './helpers.js';

/** What models may cost today, and what they did. */
export default function transform(data) {
  if (!data?.day) return {};
  const isOver = data.dailyMicros !== null && data.spentMicros >= data.dailyMicros;
  const limit = data.dailyMicros === null ? 'no limit' : `of ${dollars(data.dailyMicros)}`;
  const whose = data.isOwn ? 'set by your company' : 'set by the installation';
  return {
    card: figure(
      'Spent today',
      `${dollars(data.spentMicros)} ${limit}`,
      isOver ? 'Rules decide alone until tomorrow' : `The limit is ${whose}`,
      isOver ? 'warning' : undefined,
    ),
  };
}
