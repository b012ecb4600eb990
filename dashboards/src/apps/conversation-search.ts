import { load, run } from '../build/actions.ts';
import { pageHeader, tableOf } from '../build/blocks.ts';
import { input, slider } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, text } from '../build/widgets.ts';
import { openConversation } from './conversations.ts';

/** Places of the slider, which is alpha in percent. */
const MARKS = [
  [0, 'Words'],
  [50, 'Both'],
  [100, 'Meaning'],
] as const;

export const conversationSearchQueries: Query[] = [
  api.read('searchConversations', 'conversation.search', {
    options: {
      q: '{{components.contextQuery.value}}',
      alpha: '{{(components.contextAlpha.value ?? 50) / 100}}',
      explain: 'true',
      repository: '{{components.contextRepository.value}}',
      input_limit: '50',
    },
    transform: 'conversation-search',
  }),
];

const search = [run('searchConversations')];

export const conversationSearchPage: Page = {
  handle: 'search',
  name: 'Search',
  icon: 'IconSearch',
  onLoad: load(),
  rows: [
    ...pageHeader(
      'contextSearch',
      'Search conversations',
      'Names are found whole and by their parts, commits by their digits, and "quoted text" exactly.',
      ['searchConversations'],
    ),
    [
      cell(input('contextQuery', { label: 'What are you looking for?', onEnter: search }), 4),
      cell(
        slider('contextAlpha', {
          label: 'Words or meaning',
          min: 0,
          max: 100,
          step: 5,
          value: 50,
          marks: MARKS,
        }),
        2,
      ),
      cell(
        input('contextRepository', { label: 'Repository', placeholder: 'owner/name', onEnter: search }),
        2,
      ),
      cell(
        button('contextSearchRun', 'Search', search, {
          kind: 'primary',
          busy: '{{queries.searchConversations.isLoading}}',
          disabled: '{{!(components.contextQuery.value ?? "").trim()}}',
        }),
        1,
      ),
    ],
    [
      cell(
        text('contextSearchTold', "{{queries.searchConversations.data?.told ?? ''}}", {
          color: color.muted,
          height: 32,
          mobileHeight: 64,
        }),
      ),
    ],
    [
      cell(
        tableOf('contextFound', 'searchConversations', {
          title: 'Found',
          height: 720,
          search: false,
          onRow: [
            ...openConversation(
              '{{components.contextFound.selectedRow.id}}',
              '{{components.contextFound.selectedRow.messageId}}',
            ),
            { do: 'switch-page', page: 'conversations' },
          ],
          empty: {
            title: 'Nothing found',
            hint: 'Type a question, a name, a file or a commit, and press Search.',
          },
          columns: [
            { key: 'title', title: 'Conversation', width: 220, wrap: true },
            { key: 'passage', title: 'Best passage', width: 420, wrap: true },
            { key: 'why', title: 'Why', width: 230, wrap: true },
            { key: 'person', title: 'Person', width: 120 },
            { key: 'active', title: 'Active', width: 90 },
          ],
        }),
      ),
    ],
  ],
};
