import { resources } from '@ai-manager/api/catalogue';
import { clear, load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, tableOf } from '../build/blocks.ts';
import { choicesOf, dropdown, input, valuesOf } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs, text } from '../build/widgets.ts';

const conversationId = '{{variables.contextConversationId}}';
const DETAIL = 720;
const inside = DETAIL - 96;

const list = resources.conversation.operations.list.input.shape;

export const conversationQueries: Query[] = [
  api.read('conversations', 'conversation.list', {
    options: {
      limit: '200',
      tool: '{{components.conversationsTool.value}}',
      author: '{{components.conversationsAuthor.value}}',
      repository: '{{components.conversationsRepository.value}}',
      file: '{{components.conversationsFile.value}}',
      hasCommit: '{{components.conversationsCommit.value}}',
    },
    transform: 'conversations',
  }),
  api.read('conversation', 'conversation.get', {
    options: { conversationId },
    transform: 'conversation',
  }),
  api.read('conversationMessages', 'conversation.listMessages', {
    options: { conversationId, around: '{{variables.contextMessageId}}', limit: '100' },
    transform: 'conversation-messages',
  }),
  api.read('conversationRedactions', 'conversation.listRedactions', {
    options: { conversationId },
    transform: 'conversation-redactions',
  }),
  api.write('renameConversation', 'conversation.update', {
    options: { conversationId, title: '{{components.conversationTitle.value}}' },
    done: 'The title is changed.',
    next: [clear('conversationTitle'), run('conversations'), run('conversation')],
  }),
  api.write('hideConversation', 'conversation.update', {
    options: { conversationId, private: 'true' },
    done: 'Only you can see this conversation now.',
    next: [run('conversations'), run('conversation')],
  }),
  api.write('showConversation', 'conversation.update', {
    options: { conversationId, private: 'false' },
    done: 'Your company can see this conversation now.',
    next: [run('conversations'), run('conversation')],
  }),
  api.write('shareConversation', 'conversation.share', {
    options: { conversationId, hours: '168' },
    confirm: 'Create a link that shows this conversation to anyone for a week?',
    done: 'The link is shown below. It is not shown again.',
    transform: 'conversation-share',
  }),
  api.write('removeConversation', 'conversation.delete', {
    options: { conversationId },
    confirm: 'Remove this conversation for good? It is not saved again when its file is imported.',
    done: 'The conversation is removed.',
    next: [set('contextConversationId', ''), run('conversations')],
  }),
];

/** Opens a conversation, at one of its messages or at its beginning. */
export const openConversation = (id: string, messageId: string) => [
  set('contextConversationId', id),
  set('contextMessageId', messageId),
  run('conversation'),
  run('conversationMessages'),
  run('conversationRedactions'),
];

const PICK = { title: 'No conversation chosen', hint: 'Choose a conversation from the list.' };
const foreign = 'queries.conversation.data?.isMine !== true';

/** What the owner can do with a conversation. */
const manage: Row[] = [
  [
    cell(
      cardOf('conversationCard', 'conversation', {
        from: 'card',
        height: inside - 264,
        card: false,
        empty: PICK,
      }),
    ),
  ],
  [
    cell(input('conversationTitle', { label: 'New title', most: 300 }), 3),
    cell(
      button('conversationRename', 'Rename', [run('renameConversation')], {
        busy: '{{queries.renameConversation.isLoading}}',
        disabled: `{{${foreign} || !components.conversationTitle.value}}`,
      }),
      1,
    ),
  ],
  [
    cell(
      button('conversationHide', 'Make private', [run('hideConversation')], {
        busy: '{{queries.hideConversation.isLoading}}',
        disabled: `{{${foreign}}}`,
      }),
    ),
    cell(
      button('conversationShow', 'Show to the company', [run('showConversation')], {
        busy: '{{queries.showConversation.isLoading}}',
        disabled: `{{${foreign}}}`,
      }),
    ),
  ],
  [
    cell(
      button('conversationShare', 'Share by link', [run('shareConversation')], {
        busy: '{{queries.shareConversation.isLoading}}',
        disabled: `{{${foreign}}}`,
      }),
    ),
    cell(
      button('conversationRemove', 'Remove', [run('removeConversation')], {
        kind: 'danger',
        busy: '{{queries.removeConversation.isLoading}}',
        disabled: `{{${foreign}}}`,
      }),
    ),
  ],
  [
    cell(
      text('conversationLink', "{{queries.shareConversation.data?.line ?? ''}}", {
        color: color.muted,
        height: 48,
      }),
    ),
  ],
];

/** The conversation as its tool shows it, with what was removed from it. */
export const conversationTabs = (empty: { title: string; hint: string }) =>
  tabs('conversationTabs', {
    height: DETAIL,
    tabs: [
      {
        id: 'read',
        title: 'Conversation',
        rows: [
          [
            cell(
              cardOf('conversationRead', 'conversationMessages', {
                from: 'card',
                height: inside,
                card: false,
                empty,
              }),
            ),
          ],
        ],
      },
      { id: 'about', title: 'About and privacy', rows: manage },
      {
        id: 'redactions',
        title: 'Removed secrets',
        rows: [
          [
            cell(
              tableOf('conversationRedactionsTable', 'conversationRedactions', {
                title: 'Removed before storing',
                height: inside,
                empty: { title: 'Nothing was removed', hint: 'No secret was found in this conversation.' },
                columns: [
                  { key: 'rule', title: 'Kind', width: 160 },
                  { key: 'field', title: 'Where', width: 200 },
                  { key: 'count', title: 'Times', width: 80, align: 'right' },
                ],
              }),
            ),
          ],
        ],
      },
    ],
  });

export const conversationsPage: Page = {
  handle: 'conversations',
  name: 'Conversations',
  icon: 'IconMessages',
  onLoad: load('conversations'),
  rows: [
    ...pageHeader(
      'conversations',
      'Conversations',
      'What was said with coding assistants: code, changes and tool calls. Private ones are yours alone.',
      ['conversations'],
    ),
    [
      cell(
        dropdown('conversationsAuthor', {
          label: 'Person',
          choices: [['me', 'Me']],
          onSelect: [run('conversations')],
        }),
      ),
      cell(
        dropdown('conversationsTool', {
          label: 'Tool',
          choices: choicesOf(valuesOf(list.tool)),
          onSelect: [run('conversations')],
        }),
      ),
      cell(
        input('conversationsRepository', {
          label: 'Repository, then Enter',
          placeholder: 'owner/name',
          onEnter: [run('conversations')],
        }),
      ),
      cell(
        input('conversationsFile', {
          label: 'Edited file, then Enter',
          placeholder: 'jwt.ts',
          onEnter: [run('conversations')],
        }),
      ),
      cell(
        dropdown('conversationsCommit', {
          label: 'Commits',
          choices: [
            ['true', 'With a commit'],
            ['false', 'Without'],
          ],
          onSelect: [run('conversations')],
        }),
      ),
    ],
    [
      cell(
        tableOf('conversationsTable', 'conversations', {
          title: 'Conversations',
          height: DETAIL,
          onRow: openConversation('{{components.conversationsTable.selectedRow.id}}', ''),
          empty: {
            title: 'No conversations',
            hint: 'Save some with the capture command, or import files of your assistant.',
          },
          columns: [
            { key: 'title', title: 'Title', width: 166, wrap: true },
            { key: 'person', title: 'Person', width: 104, wrap: true },
            { key: 'tool', title: 'Tool', width: 86, wrap: true },
            { key: 'active', title: 'Active', width: 86, wrap: true },
          ],
        }),
        2,
      ),
      cell(conversationTabs(PICK), 3),
    ],
  ],
};
