import { clear, load, run } from '../build/actions.ts';
import { pageHeader, section, tableOf } from '../build/blocks.ts';
import { dropdown, input } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, html } from '../build/widgets.ts';
import { openConversation } from './conversations.ts';

const linkId = '{{components.linksTable.selectedRow.linkId}}';
const reason = '{{components.linkReason.value}}';
const again = [clear('linkReason'), run('links')];

export const linkQueries: Query[] = [
  api.read('links', 'link.list', {
    options: { limit: '200', status: "{{components.linksStatus.value ?? 'suggested'}}" },
    transform: 'links',
  }),
  api.write('confirmLink', 'link.confirm', {
    options: { linkId, reason },
    done: 'The link is confirmed.',
    next: again,
  }),
  api.write('rejectLink', 'link.reject', {
    options: { linkId, reason },
    done: 'The link is rejected. The pair is not suggested again.',
    next: again,
  }),
  api.write('addLink', 'link.add', {
    options: {
      conversationId: '{{components.linkConversation.value}}',
      sha: '{{components.linkSha.value}}',
      reason: '{{components.linkAddReason.value}}',
    },
    done: 'The link is added.',
    next: [clear('linkConversation'), clear('linkSha'), clear('linkAddReason'), run('links')],
  }),
];

const none = '!components.linksTable.selectedRow?.linkId';
const isShort = (name: string) => `(components.${name}.value ?? '').trim().length < 10`;

const decide = [
  cell(
    input('linkReason', {
      label: 'Reason (needed to reject, at least 10 characters)',
      most: 2000,
    }),
    3,
  ),
  cell(
    button('linkConfirm', 'Confirm', [run('confirmLink')], {
      kind: 'primary',
      busy: '{{queries.confirmLink.isLoading}}',
      disabled: `{{${none}}}`,
    }),
  ),
  cell(
    button('linkReject', 'Reject', [run('rejectLink')], {
      kind: 'danger',
      busy: '{{queries.rejectLink.isLoading}}',
      disabled: `{{${none} || ${isShort('linkReason')}}}`,
    }),
  ),
  cell(
    button(
      'linkOpen',
      'Open the message',
      [
        ...openConversation(
          '{{components.linksTable.selectedRow.conversationId}}',
          "{{components.linksTable.selectedRow.messageId ?? ''}}",
        ),
        { do: 'switch-page', page: 'conversations' },
      ],
      { disabled: `{{${none}}}` },
    ),
  ),
];

const add = [
  cell(input('linkConversation', { label: 'Conversation id', most: 36 })),
  cell(input('linkSha', { label: 'Commit', placeholder: '3f2a3f2a', most: 40 })),
  cell(input('linkAddReason', { label: 'Reason (at least 10 characters)', most: 2000 }), 2),
  cell(
    button('linkAdd', 'Add', [run('addLink')], {
      busy: '{{queries.addLink.isLoading}}',
      disabled: `{{!components.linkConversation.value || !components.linkSha.value || ${isShort('linkAddReason')}}}`,
    }),
  ),
];

/** Links that people confirm, reject and add. */
export const linksPage: Page = {
  handle: 'links',
  name: 'Links to confirm',
  icon: 'IconLink',
  onLoad: load('links'),
  rows: [
    ...pageHeader(
      'links',
      'Links to confirm',
      'Which conversation made which commit. Proved ones confirm themselves; what is only probable waits for you.',
      ['links'],
    ),
    [
      cell(
        dropdown('linksStatus', {
          label: 'Status',
          placeholder: 'To confirm',
          choices: [
            ['suggested', 'To confirm'],
            ['confirmed', 'Confirmed'],
            ['rejected', 'Rejected'],
          ],
          onSelect: [run('links')],
        }),
      ),
    ],
    [
      cell(
        tableOf('linksTable', 'links', {
          title: 'Links',
          height: 460,
          empty: {
            title: 'Nothing to confirm',
            hint: 'New suggestions come with commits and conversations.',
          },
          columns: [
            { key: 'commit', title: 'Commit', width: 250, wrap: true },
            { key: 'conversation', title: 'Conversation', width: 220, wrap: true },
            { key: 'level', title: 'Level', width: 90 },
            { key: 'score', title: 'Score', width: 70, align: 'right' },
          ],
        }),
        3,
      ),
      cell(
        html(
          'linkReasons',
          `{{components.linksTable.selectedRow?.card ?? '<div style="color:${color.muted}">Choose a link to see what speaks for it.</div>'}}`,
          { height: 460 },
        ),
        2,
      ),
    ],
    decide,
    section('linkAddTitle', 'Add a link'),
    add,
  ],
};
