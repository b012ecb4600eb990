import { clear, load, poll, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { dropdown, input, textArea } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs, text } from '../build/widgets.ts';
import { FOLDERS, policyFileButton, policyFileModal, policyFileQuery } from './policy-file.ts';

const documentId = '{{variables.documentId}}';
const again = [run('policies'), run('policy')];

export const policyQueries: Query[] = [
  api.read('policies', 'policy.list', {
    options: { limit: '500', folder: '{{components.policiesFolder.value}}' },
    transform: 'policies',
    next: [
      run('policy', '{{queries.policies.data.isPending && !!variables.documentId}}'),
      poll('policies', '{{queries.policies.data.isPending}}'),
    ],
  }),
  api.read('policy', 'policy.get', { options: { documentId }, transform: 'policy' }),
  api.read('searchPolicies', 'policy.search', {
    options: { input_query: '{{components.policySearch.value}}' },
    transform: 'policy-search',
  }),
  api.write('uploadPolicy', 'policy.upload', {
    options: {
      folder: "{{components.policyFolder.value || 'policies'}}",
      name: '{{components.policyName.value}}',
      contentType: 'text/markdown',
      base64: "{{btoa(unescape(encodeURIComponent(components.policyText.value ?? '')))}}",
      comment: '{{components.policyComment.value}}',
    },
    done: 'The document is being indexed.',
    next: [
      clear('policyText'),
      clear('policyComment'),
      set('documentId', '{{queries.uploadPolicy.data.documentId}}'),
      ...again,
    ],
  }),
  policyFileQuery,
  api.write('retirePolicy', 'policy.retire', {
    options: { documentId, reason: '{{components.policyReason.value}}' },
    confirm: 'Retire this document? It is removed from search; its versions are kept.',
    done: 'The document is retired and no longer used for answers.',
    next: [clear('policyReason'), ...again],
  }),
  api.write('reindexPolicy', 'policy.reindex', {
    options: { documentId },
    done: 'The document is being indexed again.',
    next: again,
  }),
];

const DETAIL = 624;
const inside = DETAIL - 96;

const write: Row[] = [
  [
    cell(
      dropdown('policyFolder', {
        label: 'Folder',
        placeholder: 'Policies',
        choices: FOLDERS,
      }),
    ),
    cell(input('policyName', { label: 'File name', placeholder: 'manual-time.md', required: true })),
  ],
  [
    cell(
      textArea('policyText', {
        label: 'Text (Markdown); reusing a file name creates a new version',
        required: true,
        height: 200,
      }),
    ),
  ],
  [cell(input('policyComment', { label: 'What changed (optional)', most: 500 }))],
  [
    cell(
      button('policyUpload', 'Save', [run('uploadPolicy')], {
        kind: 'primary',
        busy: '{{queries.uploadPolicy.isLoading}}',
        disabled: '{{!components.policyName.value || !components.policyText.value}}',
      }),
      1,
    ),
    cell(
      text('policyUploadHint', 'For PDF and Word files, press "Upload a file" above.', {
        color: color.muted,
        height: 40,
      }),
      2,
    ),
  ],
];

export const policiesPage: Page = {
  handle: 'policies',
  name: 'Policies',
  icon: 'IconBook',
  onLoad: load('policies'),
  rows: [
    ...pageHeader(
      'policies',
      'Policies',
      'Documents that questions are answered from: upload, search and retire.',
      ['policies'],
      [policyFileButton],
    ),
    [
      cell(
        dropdown('policiesFolder', {
          label: 'Folder',
          choices: FOLDERS,
          onSelect: [run('policies')],
        }),
      ),
      cell(text('policiesSpace', '', { height: 64, mobileHeight: 8 }), 3),
    ],
    [
      cell(
        tableOf('policiesTable', 'policies', {
          title: 'Documents',
          height: DETAIL,
          onRow: [set('documentId', '{{components.policiesTable.selectedRow.documentId}}'), run('policy')],
          empty: { title: 'No documents', hint: 'Press "Upload a file" to add one.' },
          columns: [
            { key: 'title', title: 'Document', width: 190, wrap: true },
            { key: 'folder', title: 'Folder', width: 80 },
            { key: 'status', title: 'State', width: 80, color: statusColor },
            { key: 'index', title: 'Indexed', width: 90, color: statusColor },
          ],
        }),
        2,
      ),
      cell(
        tabs('policyTabs', {
          height: DETAIL,
          tabs: [
            {
              id: 'document',
              title: 'Document',
              rows: [
                [
                  cell(
                    cardOf('policyCard', 'policy', {
                      from: 'card',
                      height: inside - 144,
                      card: false,
                      empty: { title: 'No document chosen', hint: 'Choose a document from the list.' },
                    }),
                  ),
                ],
                [cell(input('policyReason', { label: 'Reason for retiring', most: 500 }))],
                [
                  cell(
                    button('policyReindex', 'Reindex', [run('reindexPolicy')], {
                      busy: '{{queries.reindexPolicy.isLoading}}',
                      disabled: '{{queries.policy.data?.isActive !== true}}',
                    }),
                  ),
                  cell(
                    button('policyRetire', 'Retire', [run('retirePolicy')], {
                      kind: 'danger',
                      busy: '{{queries.retirePolicy.isLoading}}',
                      disabled:
                        '{{queries.policy.data?.isActive !== true || (components.policyReason.value ?? "").trim().length < 3}}',
                    }),
                  ),
                ],
              ],
            },
            {
              id: 'search',
              title: 'Search',
              rows: [
                [
                  cell(
                    input('policySearch', {
                      label: 'Search terms or a question, then Enter',
                      onEnter: [run('searchPolicies')],
                    }),
                  ),
                ],
                [
                  cell(
                    cardOf('policyFound', 'searchPolicies', {
                      from: 'card',
                      height: inside - 80,
                      card: false,
                      empty: {
                        title: 'Nothing found',
                        hint: 'Search by exact words or by meaning.',
                      },
                    }),
                  ),
                ],
              ],
            },
            { id: 'write', title: 'Write', rows: write },
          ],
        }),
        3,
      ),
    ],
    [cell(policyFileModal)],
  ],
};
