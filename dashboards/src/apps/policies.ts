import { resources } from '@ai-manager/api/catalogue';
import { clear, load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { choicesOf, dropdown, input, textArea, valuesOf } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs, text } from '../build/widgets.ts';
import { policyFileButton, policyFileModal, policyFileQuery } from './policy-file.ts';

const documentId = '{{variables.documentId}}';
const again = [run('policies'), run('policy')];

export const policyQueries: Query[] = [
  api.read('policies', 'policy.list', {
    options: { limit: '500', folder: '{{components.policiesFolder.value}}' },
    transform: 'policies',
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
    done: 'It is read in the background. Refresh in a moment.',
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
    confirm: 'Take this document out of the search? Its versions are kept.',
    done: 'Nothing is answered from it any more.',
    next: [clear('policyReason'), ...again],
  }),
  api.write('reindexPolicy', 'policy.reindex', {
    options: { documentId },
    done: 'It is read again in the background.',
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
        choices: choicesOf(valuesOf(resources.policy.operations.upload.input.shape.folder)),
      }),
    ),
    cell(input('policyName', { label: 'File name', placeholder: 'manual-time.md', required: true })),
  ],
  [
    cell(
      textArea('policyText', {
        label: 'Text in Markdown; the same name makes the next version',
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
      text('policyUploadHint', 'PDF and Word: press "Upload a file" above.', {
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
      'What questions are answered from: upload, see what was read, search, retire.',
      ['policies'],
      [policyFileButton],
    ),
    [
      cell(
        dropdown('policiesFolder', {
          label: 'Folder',
          choices: choicesOf(valuesOf(resources.policy.operations.list.input.shape.folder)),
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
          empty: { title: 'No documents', hint: 'Press "Upload a file" for the first one.' },
          columns: [
            { key: 'title', title: 'Document', width: 190, wrap: true },
            { key: 'folder', title: 'Folder', width: 80 },
            { key: 'status', title: 'State', width: 80, color: statusColor },
            { key: 'index', title: 'Searched', width: 90, color: statusColor },
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
                      empty: { title: 'No document chosen', hint: 'Choose one in the list.' },
                    }),
                  ),
                ],
                [cell(input('policyReason', { label: 'Why it is retired', most: 500 }))],
                [
                  cell(
                    button('policyReindex', 'Read again', [run('reindexPolicy')], {
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
                      label: 'Words or a question, then Enter',
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
                        hint: 'Search by words of the text or by what is meant.',
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
