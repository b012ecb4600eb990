import { load, run, set } from '../build/actions.ts';
import { pageHeader, tableOf } from '../build/blocks.ts';
import { input } from '../build/fields.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell } from '../build/widgets.ts';

export const auditQuery: Query = api.read('audit', 'audit.list', {
  options: {
    limit: '200',
    cursor: '{{variables.auditCursor}}',
    actor: '{{components.auditActor.value}}',
    subject: '{{components.auditSubject.value}}',
  },
  transform: 'audit',
});

const again = [set('auditCursor', ''), run('audit')];

export const auditPage: Page = {
  handle: 'audit',
  name: 'Audit trail',
  icon: 'IconHistory',
  onLoad: load('audit'),
  rows: [
    ...pageHeader(
      'audit',
      'Audit trail',
      'Who changed what, and when. Any alteration of an entry is detectable.',
      ['audit'],
    ),
    [
      cell(input('auditActor', { label: 'Actor', placeholder: 'Name or id, then Enter', onEnter: again })),
      cell(
        input('auditSubject', { label: 'Subject', placeholder: 'builder:b-001, then Enter', onEnter: again }),
      ),
    ],
    [
      cell(
        tableOf('auditTable', 'audit', {
          title: 'Audit trail',
          height: 640,
          perPage: 12,
          download: true,
          empty: {
            title: 'No entries',
            hint: 'No entries match. Clear the filters to see all entries.',
          },
          columns: [
            { key: 'seq', title: 'Entry', width: 70, align: 'right' },
            { key: 'when', title: 'When', width: 220 },
            { key: 'who', title: 'Actor', width: 190 },
            { key: 'through', title: 'API key', width: 130 },
            { key: 'action', title: 'Action', width: 230 },
            { key: 'subject', title: 'Subject', width: 290 },
          ],
        }),
      ),
    ],
    [
      cell(button('auditNewest', 'Newest entries', again), 1),
      cell(
        button(
          'auditOlder',
          'Older entries',
          [set('auditCursor', '{{queries.audit.data.nextCursor}}'), run('audit')],
          { disabled: '{{!queries.audit.data?.nextCursor}}' },
        ),
        1,
      ),
    ],
  ],
};
