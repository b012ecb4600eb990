import { resources } from '@ai-manager/api/catalogue';
import { clear, load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { choicesOf, dropdown, input, textArea, valuesOf } from '../build/fields.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs, text } from '../build/widgets.ts';

const decisionId = '{{variables.decisionId}}';
const reason = '{{components.answerReason.value}}';
const again = [clear('answerReason'), run('decisions'), run('decision')];

export const decisionQueries: Query[] = [
  api.read('decisions', 'decision.list', {
    options: { limit: '500', status: '{{components.decisionsStatus.value}}' },
    transform: 'decisions',
  }),
  api.read('decision', 'decision.get', { options: { decisionId }, transform: 'decision' }),
  api.write('remindDecision', 'decision.remind', {
    options: { decisionId, approvers: '{{components.decisionAlso.value}}' },
    done: 'A reminder was sent to the approvers.',
    next: [clear('decisionAlso'), ...again],
  }),
  api.write('cancelDecision', 'decision.cancel', {
    options: { decisionId, reason },
    confirm: 'Cancel this decision? Approvers can no longer answer it.',
    done: 'The decision is cancelled.',
    next: again,
  }),
];

/** Only executives answer here; others were sent a link. */
export const decideQueries: Query[] = [
  api.write('approveDecision', 'decision.decide', {
    options: { decisionId, choice: 'approved', reason },
    confirm: 'Approve? The first answer is final.',
    done: 'Your answer is recorded.',
    next: again,
  }),
  api.write('declineDecision', 'decision.decide', {
    options: { decisionId, choice: 'declined', reason },
    confirm: 'Decline? The first answer is final.',
    done: 'Your answer is recorded.',
    next: again,
  }),
];

const closed = 'queries.decision.data?.isOpen !== true';
const unexplained = `(queries.decision.data?.reasonRequired === true && !components.answerReason.value)`;
const DETAIL = 600;

const answer: Row = [
  cell(
    button(
      'decisionApprove',
      "{{queries.decision.data?.approveLabel ?? 'Approve'}}",
      [run('approveDecision')],
      {
        kind: 'primary',
        busy: '{{queries.approveDecision.isLoading}}',
        disabled: `{{${closed} || ${unexplained}}}`,
      },
    ),
  ),
  cell(
    button(
      'decisionDecline',
      "{{queries.decision.data?.declineLabel ?? 'Decline'}}",
      [run('declineDecision')],
      {
        kind: 'danger',
        busy: '{{queries.declineDecision.isLoading}}',
        disabled: `{{${closed} || ${unexplained}}}`,
      },
    ),
  ),
];

/** Questions that workflows asked people. */
export function decisionsPage(decides: boolean): Page {
  return {
    handle: 'decisions',
    name: 'Decisions',
    icon: 'IconGavel',
    onLoad: load('directory', 'decisions'),
    rows: [
      ...pageHeader(
        'decisions',
        'Decisions',
        'Approvals requested by workflows, answered by e-mail link or here.',
        ['decisions'],
      ),
      [
        cell(
          dropdown('decisionsStatus', {
            label: 'State',
            choices: choicesOf(valuesOf(resources.decision.operations.list.input.shape.status)),
            onSelect: [run('decisions')],
          }),
        ),
        cell(text('decisionsSpace', '', { height: 64, mobileHeight: 8 }), 3),
      ],
      [
        cell(
          tableOf('decisionsTable', 'decisions', {
            title: 'Decisions',
            height: DETAIL,
            onRow: [
              set('decisionId', '{{components.decisionsTable.selectedRow.decisionId}}'),
              run('decision'),
            ],
            empty: { title: 'No decisions', hint: 'Workflows and the API can request decisions.' },
            columns: [
              { key: 'title', title: 'Question', width: 260, wrap: true },
              { key: 'status', title: 'State', width: 100, color: statusColor },
              { key: 'until', title: 'Open until', width: 190 },
            ],
          }),
          3,
        ),
        cell(
          tabs('decisionTabs', {
            height: DETAIL,
            tabs: [
              {
                id: 'question',
                title: 'Question',
                rows: [
                  [
                    cell(
                      cardOf('decisionCard', 'decision', {
                        from: 'card',
                        height: DETAIL - 96,
                        card: false,
                        empty: { title: 'Nothing chosen', hint: 'Choose a decision from the list.' },
                      }),
                    ),
                  ],
                ],
              },
              {
                id: 'answer',
                title: decides ? 'Answer or remind' : 'Remind or cancel',
                rows: [
                  [cell(textArea('answerReason', { label: 'Reason', most: 2000, height: 136 }))],
                  ...(decides ? [answer] : []),
                  [
                    cell(
                      input('decisionAlso', {
                        label: 'Additional approvers (optional)',
                        placeholder: 'ada@example.com, ben@example.com',
                      }),
                    ),
                  ],
                  [
                    cell(
                      button('decisionRemind', 'Remind', [run('remindDecision')], {
                        busy: '{{queries.remindDecision.isLoading}}',
                        disabled: `{{${closed}}}`,
                      }),
                    ),
                    cell(
                      button('decisionCancel', 'Cancel decision', [run('cancelDecision')], {
                        kind: 'danger',
                        busy: '{{queries.cancelDecision.isLoading}}',
                        disabled: `{{${closed}}}`,
                      }),
                    ),
                  ],
                ],
              },
            ],
          }),
          3,
        ),
      ],
    ],
  };
}
