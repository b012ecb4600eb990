import { resources } from '@ai-manager/api/catalogue';
import { clear, load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, section, statusColor, tableOf } from '../build/blocks.ts';
import { choicesOf, dropdown, textArea, valuesOf } from '../build/fields.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs } from '../build/widgets.ts';
import { approvalParts, approvalQuery } from './approval-parts.ts';
import { attachments, detach, filesModal, filesRow } from './request-files.ts';

/** The last thirty days, newest first, and quarters of an hour: chosen from lists, so that none is mistyped. */
const DAYS =
  "{{Array.from({ length: 30 }, (_, back) => new Date(Date.now() - back * 86400000)).map((day) => ({ value: day.toISOString().slice(0, 10), label: day.toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', month: 'short' }), disable: false, visible: true, default: false }))}}";
const HOURS = Array.from({ length: 48 }, (_, index) => String((index + 1) / 4)).map(
  (hours) => [hours, `${hours} h`] as const,
);

const request = {
  builderId: '{{queries.me.data.builderId}}',
  date: '{{components.requestDate.value}}',
  hours: '{{components.requestHours.value}}',
  category: '{{components.requestCategory.value}}',
  projectId: '{{components.requestProject.value}}',
  justification: '{{components.requestWhy.value}}',
};
const about =
  "((components.requestCategory.value ?? '') + ' ' + (components.requestWhy.value ?? '')).trim().slice(0, 500)";
const seen = { approvalId: '{{variables.approvalId}}', version: '{{queries.approval.data.version}}' };
const again = [run('approvals'), run('approval')];

export const requestQueries: Query[] = [
  api.read('myProjects', 'project.list', {
    options: { builderId: '{{queries.me.data.builderId}}', status: 'active', limit: '200' },
    transform: 'my-projects',
  }),
  api.read('checkRequest', 'approval.triage', { options: request, transform: 'triage' }),
  api.read('policyHints', 'policy.search', {
    options: { input_query: `{{${about}}}`, input_limit: '6' },
    transform: 'policy-hints',
  }),
  api.write('submitRequest', 'approval.submit', {
    options: { ...request, attachments },
    done: 'Your request is submitted.',
    next: [
      clear('requestDate'),
      clear('requestHours'),
      clear('requestWhy'),
      set('requestChecked', '{{false}}'),
      detach,
      set('approvalId', '{{queries.submitRequest.data.approvalId}}'),
      run('triageRequest'),
    ],
  }),
  api.read('triageRequest', 'approval.triage', {
    options: { approvalId: '{{variables.approvalId}}' },
    next: again,
  }),
  api.read('approvals', 'approval.list', {
    options: { builderId: '{{queries.me.data.builderId}}', limit: '500' },
    transform: 'approvals',
  }),
  approvalQuery,
  api.write('withdrawRequest', 'approval.withdraw', {
    options: seen,
    confirm: 'Withdraw this request?',
    done: 'The request is withdrawn.',
    next: again,
  }),
  api.write('amendRequest', 'approval.amend', {
    options: {
      ...seen,
      date: '{{components.requestDate.value}}',
      hours: '{{components.requestHours.value}}',
      category: '{{components.requestCategory.value}}',
      projectId: '{{components.requestProject.value}}',
      justification: '{{components.requestWhy.value}}',
    },
    done: 'Your request is corrected and is judged again.',
    next: [clear('requestDate'), clear('requestHours'), clear('requestWhy'), run('triageRequest')],
  }),
  api.write('askPersonRequest', 'approval.askPerson', {
    options: { ...seen, reason: '{{components.appealReason.value}}' },
    done: 'A person looks at your request.',
    next: [clear('appealReason'), ...again],
  }),
  api.write('appealRequest', 'approval.appeal', {
    options: { ...seen, reason: '{{components.appealReason.value}}' },
    done: 'Your appeal is submitted. A different approver will decide.',
    next: [clear('appealReason'), ...again],
  }),
  api.write('contestRequest', 'contest.create', {
    options: {
      judgementId: '{{queries.approval.data.judgementId}}',
      reason: '{{components.appealReason.value}}',
    },
    confirm:
      'Contest that fewer hours were approved? Another person decides; what is approved stays payable.',
    done: 'It is contested. Another person decides.',
    next: [clear('appealReason'), ...again, run('contests')],
  }),
];

const incomplete =
  '!components.requestDate.value || !components.requestHours.value || !components.requestCategory.value || !components.requestWhy.value';
const FORM = 264;
const DETAIL = 560;

export const requestsPage: Page = {
  handle: 'my-requests',
  name: 'My requests',
  icon: 'IconClock',
  onLoad: [run('me'), ...load('myProjects', 'approvals')],
  rows: [
    ...pageHeader('requests', 'My requests', 'Request pay for untracked time, and follow your requests.', [
      'approvals',
    ]),
    [
      cell(dropdown('requestDate', { label: 'Day', placeholder: 'Choose', schema: DAYS, required: true })),
      cell(
        dropdown('requestHours', { label: 'Hours', placeholder: 'Choose', choices: HOURS, required: true }),
      ),
      cell(
        dropdown('requestCategory', {
          label: 'Category',
          placeholder: 'Choose',
          choices: choicesOf(valuesOf(resources.approval.operations.submit.input.shape.category)),
          onSelect: [run('policyHints', `{{${about}.length > 1}}`)],
          required: true,
        }),
      ),
      cell(
        dropdown('requestProject', {
          label: 'Project (optional)',
          placeholder: 'None',
          schema: '{{queries.myProjects.data?.options ?? []}}',
        }),
      ),
    ],
    [
      cell(
        textArea('requestWhy', {
          label: 'What you did and why it was not tracked',
          required: true,
          most: 4000,
          height: FORM,
        }),
        3,
      ),
      cell(
        cardOf('requestAnswer', 'checkRequest', {
          from: 'card',
          onlyIf: 'variables.requestChecked === true',
          height: FORM,
          empty: {
            title: 'Not checked yet',
            hint: 'Check the request against the rules before you submit it.',
          },
        }),
        2,
      ),
      cell(
        cardOf('requestHints', 'policyHints', {
          from: 'card',
          height: FORM,
          empty: {
            title: 'No matching policy',
            hint: 'Policy passages that match your request appear here.',
          },
        }),
        2,
      ),
    ],
    filesRow,
    [
      cell(
        button(
          'requestCheck',
          'Check',
          [set('requestChecked', '{{true}}'), run('checkRequest'), run('policyHints')],
          { busy: '{{queries.checkRequest.isLoading}}', disabled: `{{${incomplete}}}` },
        ),
      ),
      cell(
        button('requestSend', 'Submit request', [run('submitRequest')], {
          kind: 'primary',
          busy: '{{queries.submitRequest.isLoading}}',
          disabled: `{{${incomplete}}}`,
        }),
      ),
    ],
    section('requestsListTitle', 'Submitted requests'),
    [
      cell(
        tableOf('requestsTable', 'approvals', {
          title: 'My requests',
          height: DETAIL,
          search: false,
          perPage: 8,
          onRow: [set('approvalId', '{{components.requestsTable.selectedRow.approvalId}}'), run('approval')],
          empty: { title: 'No requests yet', hint: 'Fill in the form above to submit one.' },
          columns: [
            { key: 'date', title: 'Day', width: 105 },
            { key: 'hours', title: 'Hours', width: 60, align: 'right' },
            { key: 'state', title: 'State', width: 125, color: statusColor },
            { key: 'why', title: 'Why', width: 260, wrap: true },
          ],
        }),
        3,
      ),
      cell(
        tabs('requestTabs', {
          height: DETAIL,
          tabs: [
            ...approvalParts(DETAIL),
            {
              id: 'answer',
              title: 'Correct, appeal, contest',
              rows: [
                [
                  cell(
                    textArea('appealReason', {
                      label: 'Reason for the appeal or contest, or why the request is right',
                      placeholder: 'At least 10 characters',
                      most: 2000,
                      height: 120,
                    }),
                  ),
                ],
                [
                  cell(
                    button('requestAmend', 'Correct with the form above', [run('amendRequest')], {
                      busy: '{{queries.amendRequest.isLoading}}',
                      disabled: "{{queries.approval.data?.state !== 'incomplete'}}",
                    }),
                  ),
                  cell(
                    button('requestAskPerson', 'Ask for a person', [run('askPersonRequest')], {
                      busy: '{{queries.askPersonRequest.isLoading}}',
                      disabled:
                        "{{queries.approval.data?.state !== 'incomplete' || (components.appealReason.value ?? '').trim().length < 10}}",
                    }),
                  ),
                ],
                [
                  cell(
                    button('requestAppeal', 'Appeal', [run('appealRequest')], {
                      busy: '{{queries.appealRequest.isLoading}}',
                      disabled:
                        "{{queries.approval.data?.state !== 'rejected' || (components.appealReason.value ?? '').trim().length < 10}}",
                    }),
                  ),
                  cell(
                    button('requestWithdraw', 'Withdraw', [run('withdrawRequest')], {
                      kind: 'danger',
                      busy: '{{queries.withdrawRequest.isLoading}}',
                      disabled: '{{queries.approval.data?.isOpen !== true}}',
                    }),
                  ),
                  cell(
                    button('requestContest', 'Contest the hours', [run('contestRequest')], {
                      busy: '{{queries.contestRequest.isLoading}}',
                      disabled:
                        "{{queries.approval.data?.state !== 'approved' || (components.appealReason.value ?? '').trim().length < 10}}",
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
    [cell(filesModal)],
  ],
};
