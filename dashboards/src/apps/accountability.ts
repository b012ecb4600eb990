import { clear, load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, section, statusColor, tableOf } from '../build/blocks.ts';
import { input } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, text } from '../build/widgets.ts';

const kind = '{{variables.kindNotice}}';
const again = [run('kindNotices'), run('kindNotice'), run('notInformed')];

/** Promises, notices and figures that name no person. */
export const accountabilityQueries: Query[] = [
  api.read('promises', 'promise.check', { transform: 'promises' }),
  api.read('kindNotices', 'notice.list', { options: { limit: '100' }, transform: 'kind-notices' }),
  api.read('kindNotice', 'notice.preview', { options: { kind }, transform: 'kind-notice' }),
  api.read('scoreShift', 'performance.shift', { transform: 'score-shift' }),
];

/** What is done with notices, and who is not informed. */
export const noticePublishQueries: Query[] = [
  api.read('notInformed', 'notice.listNotInformed', {
    options: { kind, limit: '500' },
    transform: 'not-informed',
  }),
  api.write('publishNotice', 'notice.publish', {
    options: { kind, digest: '{{queries.kindNotice.data.digest}}' },
    confirm: 'Publish this text as the next version? Builders acknowledge the new version anew.',
    done: 'Version {{queries.publishNotice.data.version}} is published.',
    next: again,
  }),
  api.write('sendNotice', 'notice.send', {
    options: { kind },
    confirm: 'Send the published notice to everyone who is not informed? Each person gets a version once.',
    done: 'Sent to {{queries.sendNotice.data.sent}} people.',
    next: again,
  }),
  api.write('recordInformed', 'notice.recordInformed', {
    options: {
      kind,
      version: '{{queries.kindNotice.rawData?.publishedVersion}}',
      on: '{{components.informedOn.value}}',
      how: '{{components.informedHow.value}}',
    },
    confirm:
      'Record that everyone who is not informed was informed on that day? Your declaration is recorded in the audit trail.',
    done: 'Recorded for {{queries.recordInformed.data.recorded}} people.',
    next: [clear('informedOn'), clear('informedHow'), ...again],
  }),
];

const unchosen = '!variables.kindNotice';
const unpublished = `${unchosen} || !queries.kindNotice.data?.isPublished`;

const publishing: Row[] = [
  section('kindNoticePublishTitle', 'Inform people'),
  [
    cell(
      button('kindNoticePublish', 'Publish this text', [run('publishNotice')], {
        kind: 'primary',
        busy: '{{queries.publishNotice.isLoading}}',
        disabled: `{{${unchosen} || queries.kindNotice.data?.isCurrent !== false}}`,
      }),
    ),
    cell(
      button('kindNoticeSend', 'Send to everyone not informed', [run('sendNotice')], {
        busy: '{{queries.sendNotice.isLoading}}',
        disabled: `{{${unpublished}}}`,
      }),
    ),
    cell(text('kindNoticeSpace', '', { height: 40, mobileHeight: 8 }), 2),
  ],
  [
    cell(input('informedOn', { label: 'Informed on', placeholder: 'Such as 2026-11-30' }), 1),
    cell(
      input('informedHow', { label: 'Informed how', placeholder: 'Such as on paper, with the contract' }),
      2,
    ),
    cell(
      button('kindNoticeRecord', 'Record for everyone not informed', [run('recordInformed')], {
        busy: '{{queries.recordInformed.isLoading}}',
        disabled: `{{${unpublished} || !components.informedOn.value || !components.informedHow.value}}`,
      }),
      1,
    ),
  ],
  [
    cell(
      tableOf('notInformedTable', 'notInformed', {
        title: 'Not informed',
        height: 360,
        perPage: 5,
        empty: { title: 'No one to inform', hint: 'Choose a kind above, or everyone is informed.' },
        columns: [
          { key: 'name', title: 'Builder', width: 220 },
          { key: 'team', title: 'Team', width: 160 },
          { key: 'email', title: 'E-mail', width: 320 },
        ],
      }),
    ),
  ],
];

/**
 * Promises with their evidence, what each kind tells the people whom it judges, and how many are informed.
 * @param canPublish whether its readers publish notices and see who is not informed
 */
export const accountabilityPage = (canPublish: boolean): Page => ({
  handle: 'accountability',
  name: 'Accountability',
  icon: 'IconScale',
  onLoad: load('promises', 'kindNotices', 'scoreShift'),
  rows: [
    ...pageHeader(
      'accountability',
      'Accountability',
      'What is promised to the people who are judged, what they are informed of, and who decides.',
      ['promises', 'kindNotices', 'scoreShift'],
    ),
    section('promisesTitle', 'What is promised to those who are judged'),
    [
      cell(
        cardOf('promisesCard', 'promises', {
          from: 'card',
          height: 480,
          empty: { title: 'Not counted yet', hint: 'The evidence is counted when this page opens.' },
        }),
        3,
      ),
      cell(
        cardOf('shiftCard', 'scoreShift', {
          from: 'card',
          height: 480,
          empty: { title: 'No week yet', hint: 'Figures appear after the first evaluated week.' },
        }),
        2,
      ),
    ],
    section('kindNoticesTitle', 'Notices'),
    [
      cell(
        tableOf('kindNoticesTable', 'kindNotices', {
          title: 'Notices',
          height: 320,
          search: false,
          onRow: [
            set('kindNotice', '{{components.kindNoticesTable.selectedRow.kind}}'),
            run('kindNotice'),
            ...(canPublish ? [run('notInformed')] : []),
          ],
          empty: { title: 'No notices', hint: 'Kinds of judgement come with the API.' },
          columns: [
            { key: 'title', title: 'Kind', width: 190 },
            { key: 'version', title: 'Version', width: 80 },
            { key: 'state', title: 'State', width: 190, color: statusColor },
            { key: 'decides', title: 'Who decides', width: 260, wrap: true },
            { key: 'acknowledged', title: 'Acknowledged', width: 115, align: 'right' },
            { key: 'otherwise', title: 'Informed otherwise', width: 140, align: 'right' },
            { key: 'notInformed', title: 'Not informed', width: 110, align: 'right' },
          ],
        }),
      ),
    ],
    [
      cell(
        text('kindNoticeHint', 'Choose a kind to read its notice, and what changed since it was published.', {
          color: color.muted,
          height: 24,
          mobileHeight: 48,
        }),
      ),
    ],
    [
      cell(
        cardOf('kindNoticeCard', 'kindNotice', {
          from: 'card',
          height: 560,
          empty: { title: 'Nothing chosen', hint: 'Choose a kind from the list.' },
        }),
      ),
    ],
    ...(canPublish ? publishing : []),
  ],
});
