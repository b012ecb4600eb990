import { brief, hoursOf, requestState, when, words } from './helpers.js';

const OPEN = ['in_review', 'awaiting_second'];

/** Proposals first, those that are due soonest at the top; the rest as the API lists it. */
const byProposal = (one, other) => {
  const [first, second] = [one, other].map(
    ({ state, proposal }) => OPEN.includes(state) && proposal !== null,
  );
  if (first !== second) return first ? -1 : 1;
  return first ? (one.dueAt ?? '').localeCompare(other.dueAt ?? '') : 0;
};

/** Requests for manual time as a table. */
export default function transform(data) {
  return {
    rows: [...(data?.items ?? [])].sort(byProposal).map((request) => ({
      approvalId: request.approvalId,
      version: request.version,
      builder: request.builder.name,
      team: request.builder.team,
      date: request.date,
      hours: hoursOf(request.hours),
      category: words(request.category),
      rawState: request.state,
      state: requestState(request.state),
      decidedBy: { rules: 'Rules', model: 'Rules and model', human: 'Person' }[request.engine] ?? '—',
      proposes: OPEN.includes(request.state) && request.proposal ? request.proposal : '—',
      why: brief(request.reason, request.proposal ? 120 : 60),
      due: when(request.dueAt),
      escalated: request.escalated ? 'escalated' : '',
    })),
  };
}
