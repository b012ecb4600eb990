import { brief, hoursOf, when, words } from './helpers.js';

const STATES = {
  submitted: 'new',
  in_review: 'needs review',
  awaiting_second: 'needs second approval',
};

/** Requests for manual time as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((request) => ({
      approvalId: request.approvalId,
      version: request.version,
      builder: request.builder.name,
      team: request.builder.team,
      date: request.date,
      hours: hoursOf(request.hours),
      category: words(request.category),
      rawState: request.state,
      state: STATES[request.state] ?? request.state,
      decidedBy: { rules: 'Rules', model: 'Rules and model', human: 'Person' }[request.engine] ?? '—',
      why: brief(request.reason, 60),
      due: when(request.dueAt),
      escalated: request.escalated ? 'escalated' : '',
    })),
  };
}
