import { eraseJudgementsOf, findWithFacts, judgementIdsOf, tracesOf } from '../../../judgement/index.ts';
import { mentions, type PersonalData } from '../../../platform/personal-data.ts';
import { approvalKind } from './kind.ts';
import { requestsOf } from './store.ts';

/** Requests for manual time. After an erasure the hours and their state are left, for payroll. */
export function personalDataOf(): PersonalData {
  return {
    tables: [
      {
        table: 'approvals.steps',
        within: { column: 'approval_id', table: 'approvals.approvals' },
        by: ['by'],
        erase: { set: { reason: null } },
      },
      {
        table: 'approvals.approvals',
        of: ['builder_id'],
        by: ['submitted_by', 'submitted_user', 'decided_by', 'decided_user', 'first_user', 'appealed_from'],
        erase: {
          set: {
            justification: 'erased',
            attachments: '[]',
            reason: null,
            appeal: null,
          },
        },
      },
      { ...mentions('approvals.groups', 'members') },
      { table: 'approvals.delegations', of: ['from_email', 'to_email'], erase: 'delete' },
      mentions('approvals.settings'),
    ],
    disclosure: {
      categories: ['Requests for manual time with their justification, decision and appeal'],
      source: 'Builders, and the people who decide',
      purpose: 'Paying time that was not tracked',
      sharedWith: [],
    },
    about: async (transaction, subject) => {
      const requests = idsOf(await requestsOf(transaction, builderIn(subject)));
      const found = await findWithFacts(
        transaction,
        await judgementIdsOf(transaction, approvalKind.name, requests),
      );
      const judgements = [...found.values()].map(({ view, subjectId, facts }) => ({
        ...view,
        approvalId: subjectId,
        facts,
      }));
      return judgements.length === 0 ? null : { judgements };
    },
    erase: async (transaction, _tenantId, subject) =>
      eraseJudgementsOf(
        transaction,
        approvalKind.name,
        idsOf(await requestsOf(transaction, builderIn(subject))),
      ),
    traces: async (transaction, known) =>
      tracesOf(transaction, [approvalKind.name], idsOf(await requestsOf(transaction, known))),
  };
}

const idsOf = (requests: readonly { id: string }[]) => requests.map(({ id }) => id);

function builderIn(subject: string): string[] {
  const [, id] = /^builder:(.+)$/.exec(subject) ?? [];
  return id === undefined ? [] : [id];
}
