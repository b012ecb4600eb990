import { resources } from '@ai-manager/api/catalogue';
import { clear, load, run } from '../build/actions.ts';
import { cardOf, pageHeader, section, statusColor, tableOf } from '../build/blocks.ts';
import { choicesOf, dropdown, input, textArea } from '../build/fields.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell } from '../build/widgets.ts';

const chosen = '{{components.privacyTable.selectedRow.requestId}}';
const state = 'components.privacyTable.selectedRow?.state';
const again = [run('privacyRequests'), run('privacyRequest')];
const { create } = resources.privacyRequest.operations;

export const privacyQueries: Query[] = [
  api.read('privacyRequests', 'privacyRequest.list', {
    options: { limit: '200' },
    transform: 'privacy-requests',
  }),
  api.read('privacyRequest', 'privacyRequest.get', {
    options: { requestId: chosen },
    transform: 'privacy-request',
  }),
  api.read('privacyPreview', 'privacyRequest.preview', {
    options: { requestId: chosen },
    transform: 'privacy-preview',
  }),
  api.write('recordPrivacyRequest', 'privacyRequest.create', {
    options: {
      kind: '{{components.privacyKind.value}}',
      basis: "{{components.privacyBasis.value || 'gdpr'}}",
      subject: '{{components.privacySubject.value}}',
      reason: '{{components.privacyReason.value}}',
      verification: '{{components.privacyVerification.value}}',
    },
    done: 'The request is recorded.',
    next: [
      clear('privacySubject'),
      clear('privacyReason'),
      clear('privacyVerification'),
      run('privacyRequests'),
    ],
  }),
  api.write('confirmErasure', 'privacyRequest.confirm', {
    options: { requestId: chosen },
    confirm: 'Erase this person everywhere? Look at the preview first: it cannot be undone.',
    done: 'The erasure is running.',
    next: again,
  }),
  api.write('retryPrivacyRequest', 'privacyRequest.retry', {
    options: { requestId: chosen },
    done: 'The request goes on.',
    next: again,
  }),
  api.write('answerCorrection', 'privacyRequest.answer', {
    options: { requestId: chosen, answer: '{{components.privacyWhy.value}}' },
    done: 'The person reads your answer on My data.',
    next: [clear('privacyWhy'), ...again],
  }),
  api.write('refusePrivacyRequest', 'privacyRequest.refuse', {
    options: { requestId: chosen, reason: '{{components.privacyWhy.value}}' },
    confirm: 'Refuse this request?',
    done: 'The request is refused.',
    next: [clear('privacyWhy'), ...again],
  }),
  api.write('withdrawPrivacyRequest', 'privacyRequest.withdraw', {
    options: { requestId: chosen, reason: '{{components.privacyWhy.value}}' },
    confirm: 'Withdraw this objection or opt-out? The person is treated as before.',
    done: 'It is withdrawn.',
    next: [clear('privacyWhy'), ...again],
  }),
  api.write('extendPrivacyRequest', 'privacyRequest.extend', {
    options: { requestId: chosen, reason: '{{components.privacyWhy.value}}' },
    confirm: 'Extend the deadline? This is possible once.',
    done: 'The deadline is extended.',
    next: [clear('privacyWhy'), ...again],
  }),
  api.read('accesses', 'access.list', {
    options: {
      limit: '200',
      subject: '{{components.accessesSubject.value}}',
      purpose: '{{components.accessesPurpose.value}}',
    },
    transform: 'accesses',
  }),
  api.read('disclosures', 'disclosure.list', { options: { limit: '200' }, transform: 'disclosures' }),
];

const NONE = { title: 'No requests', hint: 'Record what a person asks for below.' };
const UNCHOSEN = { title: 'No request chosen', hint: 'Choose a request in the table.' };
const incomplete =
  '!components.privacyKind.value || !components.privacySubject.value || (components.privacyReason.value ?? "").trim().length < 3 || (components.privacyVerification.value ?? "").trim().length < 3';
const unexplained = '(components.privacyWhy.value ?? "").trim().length < 10';

/** Who read data about whom. */
const accessRows: Row[] = [
  section('accessesTitle', 'Who looked'),
  [
    cell(
      input('accessesSubject', {
        label: 'Person',
        placeholder: 'builder:b-001, then Enter',
        onEnter: [run('accesses')],
      }),
    ),
    cell(
      dropdown('accessesPurpose', {
        label: 'Purpose',
        placeholder: 'All',
        choices: choicesOf(resources.access.operations.list.input.shape.purpose.unwrap().options),
        onSelect: [run('accesses')],
      }),
    ),
  ],
  [
    cell(
      tableOf('accessesTable', 'accesses', {
        title: 'Who looked',
        height: 600,
        perPage: 11,
        download: true,
        empty: { title: 'No one looked', hint: 'No records match. Clear the filters to see all.' },
        columns: [
          { key: 'last', title: 'Last', width: 170 },
          { key: 'reader', title: 'Who', width: 160 },
          { key: 'role', title: 'As', width: 90 },
          { key: 'whom', title: 'About', width: 160 },
          { key: 'what', title: 'What', width: 210, wrap: true },
          { key: 'purpose', title: 'Purpose', width: 120 },
          { key: 'times', title: 'Times', width: 70, align: 'right' },
          { key: 'reason', title: 'Reason', width: 160, wrap: true },
        ],
      }),
    ),
  ],
];

const requestsPage: Page = {
  handle: 'privacy',
  name: 'Privacy requests',
  icon: 'IconShieldLock',
  allowed: ['ai-manager-admin'],
  onLoad: load('directory', 'privacyRequests', 'accesses'),
  rows: [
    ...pageHeader(
      'privacy',
      'Privacy requests',
      'Exports, corrections, erasures, objections and opt-outs, with their deadlines; who looked.',
      ['privacyRequests', 'accesses'],
    ),
    [
      cell(
        tableOf('privacyTable', 'privacyRequests', {
          title: 'Privacy requests',
          height: 360,
          perPage: 6,
          onRow: [run('privacyRequest'), run('privacyPreview')],
          empty: NONE,
          columns: [
            { key: 'kind', title: 'Kind', width: 140 },
            { key: 'whom', title: 'Person', width: 200 },
            { key: 'state', title: 'State', width: 100, color: statusColor },
            { key: 'due', title: 'Due', width: 210 },
            { key: 'requestedBy', title: 'Recorded by', width: 160 },
            { key: 'reason', title: 'Reason', width: 230, wrap: true },
          ],
        }),
      ),
    ],
    [
      cell(cardOf('privacyDetail', 'privacyRequest', { from: 'card', height: 300, empty: UNCHOSEN })),
      cell(cardOf('privacyFound', 'privacyPreview', { from: 'card', height: 300, empty: UNCHOSEN })),
    ],
    [
      cell(
        textArea('privacyWhy', {
          label: 'Reason (at least 10 characters)',
          placeholder: 'To answer, refuse or withdraw a request, or to extend its deadline',
          most: 2000,
          height: 96,
        }),
        2,
      ),
      cell(
        button('privacyConfirm', 'Confirm erasure', [run('confirmErasure')], {
          kind: 'danger',
          busy: '{{queries.confirmErasure.isLoading}}',
          disabled: `{{${state} !== 'open' || components.privacyTable.selectedRow?.kind !== 'Erasure'}}`,
        }),
        1,
      ),
      cell(
        button('privacyRetry', 'Retry', [run('retryPrivacyRequest')], {
          busy: '{{queries.retryPrivacyRequest.isLoading}}',
          disabled: `{{${state} !== 'failed'}}`,
        }),
        1,
      ),
      cell(
        button('privacyAnswer', 'Answer', [run('answerCorrection')], {
          busy: '{{queries.answerCorrection.isLoading}}',
          disabled: `{{${state} !== 'open' || components.privacyTable.selectedRow?.kind !== 'Correction' || ${unexplained}}}`,
        }),
        1,
      ),
      cell(
        button('privacyRefuse', 'Refuse', [run('refusePrivacyRequest')], {
          busy: '{{queries.refusePrivacyRequest.isLoading}}',
          disabled: `{{!['open', 'failed'].includes(${state}) || ${unexplained}}}`,
        }),
        1,
      ),
      cell(
        button('privacyWithdraw', 'Withdraw', [run('withdrawPrivacyRequest')], {
          busy: '{{queries.withdrawPrivacyRequest.isLoading}}',
          disabled: `{{!components.privacyTable.selectedRow?.canWithdraw || ${unexplained}}}`,
        }),
        1,
      ),
      cell(
        button('privacyExtend', 'Extend', [run('extendPrivacyRequest')], {
          busy: '{{queries.extendPrivacyRequest.isLoading}}',
          disabled: `{{!components.privacyTable.selectedRow?.canExtend || ${unexplained}}}`,
        }),
        1,
      ),
    ],
    section('privacyNewTitle', 'Record a request'),
    [
      cell(
        dropdown('privacyKind', {
          label: 'Kind',
          choices: choicesOf(create.input.shape.kind.options),
        }),
      ),
      cell(
        dropdown('privacyBasis', {
          label: 'Law',
          choices: [
            ['gdpr', 'GDPR'],
            ['ccpa', 'CCPA'],
          ],
        }),
      ),
      cell(
        input('privacySubject', { label: 'Person', placeholder: 'builder:b-001 or email:name@example.com' }),
      ),
    ],
    [
      cell(input('privacyReason', { label: 'Reason', placeholder: 'Letter 17' })),
      cell(
        input('privacyVerification', {
          label: 'How the identity was checked',
          placeholder: 'Address on file',
        }),
      ),
      cell(
        button('privacyRecord', 'Record', [run('recordPrivacyRequest')], {
          busy: '{{queries.recordPrivacyRequest.isLoading}}',
          disabled: `{{${incomplete}}}`,
        }),
      ),
    ],
    ...accessRows,
  ],
};

const disclosurePage: Page = {
  handle: 'disclosure',
  name: 'Disclosure',
  icon: 'IconListDetails',
  allowed: ['ai-manager-admin'],
  onLoad: load('disclosures'),
  rows: [
    ...pageHeader(
      'disclosure',
      'Disclosure',
      'What personal data is kept, where it comes from, why, and with whom it is shared.',
      ['disclosures'],
    ),
    [
      cell(
        tableOf('disclosuresTable', 'disclosures', {
          title: 'Personal data',
          height: 640,
          perPage: 10,
          download: true,
          empty: { title: 'Nothing', hint: 'The list comes with the API.' },
          columns: [
            { key: 'categories', title: 'What', width: 300, wrap: true },
            { key: 'source', title: 'From', width: 240, wrap: true },
            { key: 'purpose', title: 'Why', width: 220, wrap: true },
            { key: 'sharedWith', title: 'Shared with', width: 220, wrap: true },
            { key: 'module', title: 'Part', width: 110 },
          ],
        }),
      ),
    ],
  ],
};

/** Privacy requests and disclosure, for administrators. */
export const privacyPages = { requests: requestsPage, disclosure: disclosurePage };
