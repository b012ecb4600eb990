import { load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, text } from '../build/widgets.ts';

const NONE = {
  title: 'No notices yet',
  hint: 'The company has published no notice, or your account is not linked to a builder.',
};

const selected = 'queries.ownNotices.data?.byKind?.[variables.ownNotice]';

export const myNoticeQueries: Query[] = [
  api.read('ownNotices', 'notice.listMine', {
    options: { limit: '100' },
    transform: 'own-notices',
    next: [set('ownNotice', '{{variables.ownNotice || queries.ownNotices.data.first}}')],
  }),
  api.write('acknowledgeNotice', 'notice.acknowledge', {
    options: { kind: '{{variables.ownNotice}}', version: `{{${selected}.version}}` },
    confirm: 'Acknowledge this notice? It says that you have read it, not that you agree.',
    done: 'Acknowledged.',
    next: [run('ownNotices')],
  }),
];

/** What each kind of judgement judges, as it is published, and the acknowledgement of the signed-in builder. */
export const myNoticesPage: Page = {
  handle: 'how-i-am-judged',
  name: 'How I am judged',
  icon: 'IconScale',
  onLoad: load('ownNotices'),
  rows: [
    ...pageHeader(
      'judged',
      'How I am judged',
      'What is judged, on which facts, who decides, and your rights. Acknowledging says that you have read it.',
      ['ownNotices'],
    ),
    [
      cell(
        tableOf('ownNoticesTable', 'ownNotices', {
          title: 'Notices',
          height: 560,
          search: false,
          onRow: [set('ownNotice', '{{components.ownNoticesTable.selectedRow.kind}}')],
          empty: NONE,
          columns: [
            { key: 'title', title: 'Notice', width: 205 },
            { key: 'version', title: 'Version', width: 80 },
            { key: 'state', title: 'State', width: 150, color: statusColor },
          ],
        }),
        2,
      ),
      cell(
        cardOf('ownNoticeCard', 'ownNotices', {
          from: 'byKind?.[variables.ownNotice]?.card',
          height: 560,
          empty: NONE,
        }),
        3,
      ),
    ],
    [
      cell(
        button('noticeAcknowledge', 'Acknowledge', [run('acknowledgeNotice')], {
          kind: 'primary',
          busy: '{{queries.acknowledgeNotice.isLoading}}',
          disabled: `{{!${selected} || ${selected}.isAcknowledged}}`,
        }),
        1,
      ),
      cell(text('ownNoticesSpace', '', { height: 40, mobileHeight: 8 }), 4),
    ],
  ],
};
