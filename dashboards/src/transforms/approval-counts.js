import { figure } from './helpers.js';

/** Figures above the inbox. */
export default function transform(data) {
  if (!data?.states) return {};
  const open = (data.states.in_review ?? 0) + (data.states.awaiting_second ?? 0);
  const { decided, overturned } = data.automatic;
  const share =
    decided > 0 ? `${Math.round((overturned / decided) * 100)} % changed by a person` : 'Nothing decided yet';
  return {
    openCard: figure(
      'Need a person',
      String(open),
      `${data.mine} of them wait for you`,
      open > 0 ? 'warning' : undefined,
    ),
    overdueCard: figure(
      'Overdue',
      String(data.overdue),
      data.overdue === 0 ? 'All are in time' : 'They were escalated',
      data.overdue > 0 ? 'bad' : undefined,
    ),
    auditCard: figure(
      'Automatic, for a look',
      String(data.auditDue),
      'Drawn by chance from what the engine decided',
    ),
    automaticCard: figure('Decided by the engine', String(decided), share),
  };
}
