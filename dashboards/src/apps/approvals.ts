import { resources } from '@ai-manager/api/catalogue';
import { clear, load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { choicesOf, dropdown, input, textArea, valuesOf } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs, text } from '../build/widgets.ts';
import { approvalParts, approvalQuery } from './approval-parts.ts';

const again = [
  clear('approvalReason'),
  clear('approvalHours'),
  run('approvals'),
  run('approvalCounts'),
  run('approval'),
];
const decided = {
  approvalId: '{{variables.approvalId}}',
  version: '{{queries.approval.data.version}}',
  reason: '{{components.approvalReason.value}}',
};

const shown = 'components.approvalsShow.value';
const chosen =
  '{{(components.approvalsTable.selectedRows ?? []).map((row) => ({ approvalId: row.approvalId, version: row.version }))}}';

export const approvalQueries: Query[] = [
  api.read('approvalCounts', 'approval.counts', { transform: 'approval-counts' }),
  api.read('approvals', 'approval.list', {
    options: {
      limit: '500',
      state: '{{components.approvalsState.value}}',
      // What waits for a first or a second approver, where no other choice was made.
      waiting: `{{!components.approvalsState.value && (!${shown} || ${shown} === 'mine') ? true : ''}}`,
      mine: `{{${shown} === 'mine' ? true : ''}}`,
      audit: `{{${shown} === 'audit' ? 'due' : ''}}`,
      escalated: `{{${shown} === 'escalated' ? true : ''}}`,
      proposed: `{{${shown} === 'proposed' ? true : ''}}`,
    },
    transform: 'approvals',
  }),
  approvalQuery,
  api.write('approveRequest', 'approval.override', {
    options: { ...decided, decision: 'approve', hours: '{{components.approvalHours.value}}' },
    confirm: 'Approve this request? The hours are paid.',
    done: 'The request is approved.',
    next: again,
  }),
  api.write('rejectRequest', 'approval.override', {
    options: { ...decided, decision: 'reject' },
    confirm: 'Reject this request? The builder sees your reason and can appeal once.',
    done: 'The request is rejected.',
    next: again,
  }),
  api.write('escalateRequest', 'approval.escalate', {
    options: decided,
    confirm: 'Escalate this request now?',
    done: 'The request is escalated.',
    next: again,
  }),
  api.write('bulkConfirm', 'approval.bulk', {
    options: {
      items: chosen,
      decision: 'confirm',
      reason: '{{components.approvalReason.value}}',
    },
    confirm:
      'Decide all selected requests as the engine proposes? The reasons beside them become the reasons of your decision.',
    done: '{{queries.bulkConfirm.data.decided.length}} decided as proposed, {{queries.bulkConfirm.data.refused.length}} could not be.',
    next: again,
  }),
  api.write('bulkApprove', 'approval.bulk', {
    options: {
      items: chosen,
      decision: 'approve',
      reason: '{{components.approvalReason.value}}',
    },
    confirm: 'Approve all selected requests with the requested hours?',
    done: '{{queries.bulkApprove.data.decided.length}} approved, {{queries.bulkApprove.data.refused.length}} could not be approved.',
    next: again,
  }),
  api.write('bulkReject', 'approval.bulk', {
    options: { items: chosen, decision: 'reject', reason: '{{components.approvalReason.value}}' },
    confirm: 'Reject all selected requests? Each builder sees the reason from the Decide tab.',
    done: '{{queries.bulkReject.data.decided.length}} rejected, {{queries.bulkReject.data.refused.length}} could not be rejected.',
    next: again,
  }),
  api.write('confirmDecision', 'approval.confirm', {
    options: { approvalId: decided.approvalId, version: decided.version },
    done: 'The automatic decision is confirmed.',
    next: again,
  }),
];

const unexplained = '(components.approvalReason.value ?? "").trim().length < 10';
const closed = '!queries.approval.data?.approvalId';
const DETAIL = 640;

const decision: Row[] = [
  [
    cell(
      text(
        'approvalHint',
        'You can change your decision later, with a reason. You cannot decide your own request.',
        {
          color: color.muted,
          height: 48,
        },
      ),
    ),
  ],
  [
    cell(
      input('approvalHours', {
        label: 'Approved hours, if different from requested',
        placeholder: '{{queries.approval.data?.hours}}',
      }),
    ),
  ],
  [
    cell(
      textArea('approvalReason', {
        label: 'Reason (required to reject, escalate or change a decision)',
        placeholder: 'At least 10 characters; visible to the builder',
        most: 2000,
        height: 136,
      }),
    ),
  ],
  [
    cell(
      button('approvalApprove', 'Approve', [run('approveRequest')], {
        kind: 'primary',
        busy: '{{queries.approveRequest.isLoading}}',
        disabled: `{{${closed}}}`,
      }),
    ),
    cell(
      button('approvalReject', 'Reject', [run('rejectRequest')], {
        kind: 'danger',
        busy: '{{queries.rejectRequest.isLoading}}',
        disabled: `{{${closed} || ${unexplained}}}`,
      }),
    ),
  ],
  [
    cell(
      button('approvalEscalate', 'Escalate', [run('escalateRequest')], {
        busy: '{{queries.escalateRequest.isLoading}}',
        disabled: `{{queries.approval.data?.isOpen !== true || queries.approval.data?.isEscalated === true || ${unexplained}}}`,
      }),
    ),
    cell(
      button('approvalConfirm', 'Confirm automatic decision', [run('confirmDecision')], {
        busy: '{{queries.confirmDecision.isLoading}}',
        disabled: "{{queries.approval.data?.audit !== 'due'}}",
      }),
    ),
  ],
];

const NO_COUNTS = { title: 'Unknown', hint: 'The figures could not be loaded.' };
const FIGURE = { height: 144, mobileHeight: 96, empty: NO_COUNTS };

export const approvalsPage: Page = {
  handle: 'approvals',
  name: 'Approvals',
  icon: 'IconInbox',
  onLoad: [
    ...load('approvals', 'approvalCounts'),
    set('approvalId', '{{globals.urlparams?.request ?? variables.approvalId}}'),
    run('approval', '{{!!variables.approvalId}}'),
  ],
  rows: [
    ...pageHeader(
      'approvals',
      'Approvals',
      'Time requests that need your decision, with evidence and reasoning.',
      ['approvals', 'approvalCounts'],
      [
        button('approvalsConfirm', 'Confirm selected', [run('bulkConfirm')], {
          kind: 'primary',
          busy: '{{queries.bulkConfirm.isLoading}}',
          disabled:
            '{{!(components.approvalsTable.selectedRows ?? []).length || (components.approvalsTable.selectedRows ?? []).some((row) => row.proposes === "—")}}',
        }),
        button('approvalsBulk', 'Approve selected', [run('bulkApprove')], {
          busy: '{{queries.bulkApprove.isLoading}}',
          disabled: '{{!((components.approvalsTable.selectedRows ?? []).length > 0)}}',
        }),
        button('approvalsReject', 'Reject selected', [run('bulkReject')], {
          busy: '{{queries.bulkReject.isLoading}}',
          disabled: `{{!((components.approvalsTable.selectedRows ?? []).length > 0) || ${unexplained}}}`,
        }),
      ],
    ),
    [
      cell(cardOf('approvalsProposals', 'approvalCounts', { from: 'proposalsCard', ...FIGURE })),
      cell(cardOf('approvalsOpen', 'approvalCounts', { from: 'openCard', ...FIGURE })),
      cell(cardOf('approvalsPeople', 'approvalCounts', { from: 'peopleCard', ...FIGURE })),
      cell(cardOf('approvalsOverdue', 'approvalCounts', { from: 'overdueCard', ...FIGURE })),
      cell(cardOf('approvalsAudit', 'approvalCounts', { from: 'auditCard', ...FIGURE })),
      cell(cardOf('approvalsAutomatic', 'approvalCounts', { from: 'automaticCard', ...FIGURE })),
    ],
    [
      cell(
        dropdown('approvalsState', {
          label: 'State',
          placeholder: 'Waiting for approval',
          choices: choicesOf(valuesOf(resources.approval.operations.list.input.shape.state)),
          onSelect: [run('approvals')],
        }),
        1,
      ),
      cell(
        dropdown('approvalsShow', {
          label: 'Show',
          choices: [
            ['mine', 'Waiting for me'],
            ['proposed', 'Proposals to confirm'],
            ['audit', 'Automatic decisions to spot-check'],
            ['escalated', 'Escalated'],
          ],
          onSelect: [run('approvals')],
        }),
        1,
      ),
      cell(text('approvalsSpace', '', { height: 64, mobileHeight: 8 }), 2),
    ],
    [
      cell(
        tableOf('approvalsTable', 'approvals', {
          title: 'Requests',
          height: DETAIL,
          bulk: true,
          onRow: [set('approvalId', '{{components.approvalsTable.selectedRow.approvalId}}'), run('approval')],
          empty: {
            title: 'Nothing to decide',
            hint: 'Requests that the engine does not decide, and what it would reject, appear here. Choose another state above to see more.',
          },
          columns: [
            { key: 'builder', title: 'Builder', width: 120, wrap: true },
            { key: 'hours', title: 'Hours', width: 60, align: 'right' },
            { key: 'date', title: 'Day', width: 100 },
            { key: 'state', title: 'State', width: 105, wrap: true, color: statusColor },
            { key: 'proposes', title: 'Proposal', width: 80 },
            { key: 'why', title: 'Reason', width: 150, wrap: true },
          ],
        }),
        3,
      ),
      cell(
        tabs('approvalTabs', {
          height: DETAIL,
          tabs: [...approvalParts(DETAIL), { id: 'decide', title: 'Decide', rows: decision }],
        }),
        2,
      ),
    ],
  ],
};
