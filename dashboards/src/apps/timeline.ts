import { load, run, set } from '../build/actions.ts';
import { chartOf, pageHeader, tableOf } from '../build/blocks.ts';
import { dropdown } from '../build/fields.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell } from '../build/widgets.ts';
import { openConversation } from './conversations.ts';

const repositoryId = '{{components.timelineRepository.value}}';

export const timelineQueries: Query[] = [
  api.read('timeline', 'provenance.timeline', {
    options: {
      limit: '100',
      mine: "{{components.timelineWhose.value === 'mine' ? 'true' : 'false'}}",
      repositoryId,
    },
    transform: 'timeline',
  }),
  api.read('contributions', 'provenance.contributions', {
    options: { days: '182', repositoryId },
    transform: 'contributions',
  }),
];

const again = [run('timeline'), run('contributions')];

/** Conversations and commits in time, and how many there were on which day. */
export const timelinePage: Page = {
  handle: 'timeline',
  name: 'Timeline',
  icon: 'IconTimeline',
  onLoad: load('timeline', 'contributions', 'repositories'),
  rows: [
    ...pageHeader(
      'timeline',
      'Timeline',
      'Conversations and commits, and which led to which. The days below count your own, or those of one repository.',
      ['timeline', 'contributions'],
    ),
    [
      cell(
        dropdown('timelineWhose', {
          label: 'Whose',
          placeholder: 'Everybody’s',
          choices: [['mine', 'Mine']],
          onSelect: again,
        }),
      ),
      cell(
        dropdown('timelineRepository', {
          label: 'Repository',
          schema: '{{queries.repositories.data?.choices ?? []}}',
          onSelect: again,
        }),
        2,
      ),
    ],
    [
      cell(
        chartOf('contributionsChart', 'contributions', {
          title: 'Half a year by day',
          from: 'graph',
          height: 220,
          empty: { title: 'Nothing yet', hint: 'Save conversations and commits with the capture command.' },
        }),
      ),
    ],
    [
      cell(
        tableOf('timelineTable', 'timeline', {
          title: 'Timeline',
          height: 560,
          onRow: [set('contextConversationId', '{{components.timelineTable.selectedRow.conversationId}}')],
          empty: { title: 'Nothing yet', hint: 'Save conversations and commits with the capture command.' },
          columns: [
            { key: 'when', title: 'When', width: 200, wrap: true },
            { key: 'what', title: 'What', width: 110 },
            { key: 'title', title: 'Title or subject', width: 274, wrap: true },
            { key: 'person', title: 'Person', width: 150, wrap: true },
            { key: 'repository', title: 'Repository', width: 200, wrap: true },
            { key: 'links', title: 'Linked with', width: 210, wrap: true },
          ],
        }),
      ),
    ],
    [
      cell(
        button(
          'timelineOpen',
          'Open the conversation',
          [
            ...openConversation('{{components.timelineTable.selectedRow.conversationId}}', ''),
            { do: 'switch-page', page: 'conversations' },
          ],
          { disabled: '{{!components.timelineTable.selectedRow?.conversationId}}' },
        ),
      ),
    ],
  ],
};
