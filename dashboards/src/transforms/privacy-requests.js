import { when, withNames } from './helpers.js';

const KINDS = {
  export: 'Export',
  erasure: 'Erasure',
  objection: 'Objection',
  opt_out: 'Opt-out',
  company_export: 'Company export',
  correction: 'Correction',
};

/** Privacy requests with their deadlines. */
export default function transform(data, { queries } = {}) {
  return {
    rows: (data?.items ?? []).map((request) => ({
      requestId: request.requestId,
      kind: KINDS[request.kind] ?? request.kind,
      subject: request.subject,
      whom: withNames(queries?.directory?.data?.names, request.subject),
      state: request.state,
      canWithdraw: request.state === 'done' && ['objection', 'opt_out'].includes(request.kind),
      canExtend: !request.endedAt && !request.extendedAt && !request.isOverdue,
      due: request.endedAt ? 'ended' : `${request.isOverdue ? 'OVERDUE: ' : ''}${when(request.dueAt)}`,
      requestedBy: request.requestedBy,
      reason: request.reason,
    })),
  };
}
