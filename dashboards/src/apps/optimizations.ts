import { clear, load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { dropdown, input, textArea } from '../build/fields.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs } from '../build/widgets.ts';

const optimizationId = '{{variables.optimizationId}}';
const again = [run('optimizations'), run('optimization')];

export const optimizationQueries: Query[] = [
  api.read('optimizations', 'promptOptimization.list', {
    options: { limit: '200' },
    transform: 'optimizations',
  }),
  api.read('optimization', 'promptOptimization.get', {
    options: { optimizationId },
    transform: 'optimization',
  }),
  api.write('startOptimization', 'promptOptimization.start', {
    options: {
      name: '{{components.optimizationPrompt.value}}',
      splitBy: '{{components.optimizationSplit.value}}',
      instructions: '{{components.optimizationHints.value}}',
    },
    confirm: 'Start the optimization? It makes several hundred model calls.',
    done: 'The optimization runs in the background. Refresh in a few minutes.',
    next: [set('optimizationId', '{{queries.startOptimization.data.optimizationId}}'), ...again],
  }),
  api.write('acceptOptimization', 'promptOptimization.accept', {
    options: { optimizationId },
    confirm: 'Save the proposal as a new version? It is not used until it is checked and released.',
    done: 'Saved as a new version. Check and release it on the Prompts page.',
    next: again,
  }),
  api.write('rejectOptimization', 'promptOptimization.reject', {
    options: { optimizationId, reason: '{{components.optimizationReason.value}}' },
    done: 'The proposal is rejected.',
    next: [clear('optimizationReason'), ...again],
  }),
];

const PICK = { title: 'No proposal chosen', hint: 'Choose a proposal from the list.' };
const DETAIL = 640;
const inside = DETAIL - 96;
const unproposed = "queries.optimization.data?.state !== 'proposed'";

const creation: Row[] = [
  [
    cell(
      dropdown('optimizationPrompt', {
        label: 'Prompt',
        placeholder: 'Choose',
        schema: '{{queries.prompts.data?.choices ?? []}}',
        required: true,
      }),
      2,
    ),
    cell(
      dropdown('optimizationSplit', {
        label: 'Cases set aside for testing',
        placeholder: 'Newest cases',
        choices: [
          ['time', 'Newest cases'],
          ['person', 'All cases of some builders'],
        ],
      }),
      2,
    ),
  ],
  [
    cell(
      textArea('optimizationHints', {
        label: 'Instructions (optional)',
        most: 2000,
        height: 160,
      }),
    ),
  ],
  [
    cell(
      button('optimizationStart', 'Start optimization', [run('startOptimization')], {
        kind: 'primary',
        busy: '{{queries.startOptimization.isLoading}}',
        disabled: '{{!components.optimizationPrompt.value}}',
      }),
    ),
  ],
];

export const optimizationsPage: Page = {
  handle: 'proposals',
  name: 'Proposals',
  icon: 'IconBulb',
  onLoad: load('optimizations', 'prompts'),
  rows: [
    ...pageHeader(
      'optimizations',
      'Prompt proposals',
      'Prompts improved from corrections and measured on separate cases. Nothing is released automatically.',
      ['optimizations'],
    ),
    [
      cell(
        tableOf('optimizationsTable', 'optimizations', {
          title: 'Proposals',
          height: DETAIL,
          onRow: [
            set('optimizationId', '{{components.optimizationsTable.selectedRow.optimizationId}}'),
            run('optimization'),
          ],
          empty: { title: 'No proposals', hint: 'Proposals need at least 30 corrected judgements.' },
          columns: [
            { key: 'prompt', title: 'Prompt', width: 104, wrap: true },
            { key: 'status', title: 'State', width: 172, color: statusColor },
            { key: 'verdict', title: 'Verdict', width: 80 },
            { key: 'at', title: 'Requested', width: 90 },
          ],
        }),
        2,
      ),
      cell(
        tabs('optimizationTabs', {
          height: DETAIL,
          tabs: [
            {
              id: 'proposal',
              title: 'Proposal',
              rows: [
                [
                  cell(
                    cardOf('optimizationCard', 'optimization', {
                      from: 'card',
                      height: inside - 144,
                      card: false,
                      empty: PICK,
                    }),
                  ),
                ],
                [cell(input('optimizationReason', { label: 'Reason for rejecting', most: 500 }))],
                [
                  cell(
                    button('optimizationAccept', 'Save as new version', [run('acceptOptimization')], {
                      kind: 'primary',
                      busy: '{{queries.acceptOptimization.isLoading}}',
                      disabled: `{{${unproposed}}}`,
                    }),
                  ),
                  cell(
                    button('optimizationReject', 'Reject', [run('rejectOptimization')], {
                      busy: '{{queries.rejectOptimization.isLoading}}',
                      disabled: `{{${unproposed} || (components.optimizationReason.value ?? "").trim().length < 3}}`,
                    }),
                  ),
                ],
              ],
            },
            {
              id: 'diff',
              title: 'Text',
              rows: [
                [
                  cell(
                    cardOf('optimizationDiff', 'optimization', {
                      from: 'diff',
                      height: inside,
                      card: false,
                      empty: {
                        title: 'No text yet',
                        hint: 'The text appears when the proposal is finished.',
                      },
                    }),
                  ),
                ],
              ],
            },
            { id: 'new', title: 'Start optimization', rows: creation },
          ],
        }),
        3,
      ),
    ],
  ],
};
