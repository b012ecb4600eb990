import { figure, oneDecimal } from './helpers.js';

/** `10 min`, `2.5 h` */
const duration = (hours) =>
  hours < 1 ? `${Math.max(1, Math.round(hours * 60))} min` : `${oneDecimal(hours)} h`;

/** Figures above the inbox. */
export default function transform(data) {
  if (!data?.states) return {};
  const second = data.states.awaiting_second ?? 0;
  const open = (data.states.in_review ?? 0) + second;
  const { decided, overturned } = data.automatic;
  const share =
    decided > 0 ? `${Math.round((overturned / decided) * 100)} % changed by people` : 'No decisions yet';
  const { proposals, people } = data;
  const answered = proposals.confirmed + proposals.refused;
  return {
    proposalsCard: figure(
      'Proposals to confirm',
      String(proposals.waiting),
      answered > 0
        ? `${Math.round((proposals.confirmed / answered) * 100)} % of ${answered} confirmed in 30 days`
        : 'None answered in 30 days',
      proposals.waiting > 0 ? 'warning' : undefined,
    ),
    peopleCard: figure(
      'Time of people, 30 days',
      duration(people.minutes / 60),
      people.medianHours === null
        ? 'Nothing decided by people'
        : `${people.decided} decisions, half within ${duration(people.medianHours)}`,
    ),
    openCard: figure(
      'Need a decision',
      String(open),
      `${data.mine} waiting for you${second > 0 ? `, ${second} for a second approver` : ''}`,
      open > 0 ? 'warning' : undefined,
    ),
    overdueCard: figure(
      'Overdue',
      String(data.overdue),
      data.overdue === 0 ? 'None overdue' : 'Escalated',
      data.overdue > 0 ? 'bad' : undefined,
    ),
    auditCard: figure('Spot checks due', String(data.auditDue), 'Random sample of automatic decisions'),
    automaticCard: figure('Decided by the engine', String(decided), share),
  };
}
