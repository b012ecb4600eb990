import { load, run, set } from '../build/actions.ts';
import { cardOf, chartOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { input, textArea } from '../build/fields.ts';
import type { App, Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell } from '../build/widgets.ts';

const window = {
  from: '{{components.licencesFrom.value}}',
  to: '{{components.licencesTo.value}}',
};

const queries: Query[] = [
  api.read('licenceUsage', 'licenceAnalytics.usage', { options: window, transform: 'licence-usage' }),
  api.read('licencesExpiring', 'licenceAnalytics.expiring', {
    options: { days: '60', limit: '100' },
    transform: 'licence-expiring',
  }),
  api.read('licenceHolders', 'licenceSession.list', {
    options: { state: 'live', limit: '500', user: '{{components.holdersUser.value}}' },
    transform: 'licence-holders',
  }),
  api.read('licenceDenials', 'licenceSession.denials', {
    options: { limit: '500' },
    transform: 'licence-denials',
  }),
  api.write('evictSession', 'licenceSession.evict', {
    options: {
      sessionId: '{{components.holdersTable.selectedRow.sessionId}}',
      reason: '{{components.holdersReason.value}}',
    },
    confirm:
      'Force the release of this seat? The user loses it at once. A borrowed token remains valid offline until it expires.',
    done: 'The seat is free.',
    next: [run('licenceHolders'), run('licenceUsage')],
  }),
];

const NONE = {
  title: 'No licences yet',
  hint: 'Issue one with POST /api/v1/licenses, or in an n8n workflow.',
};
const FIGURE = { height: 120, mobileHeight: 96, empty: NONE };
const reload = load('licenceUsage');

const overview: Page = {
  handle: 'licences',
  name: 'Licences',
  icon: 'IconLicense',
  onLoad: load('licenceUsage', 'licencesExpiring'),
  rows: [
    ...pageHeader(
      'licences',
      'Licences',
      'How the seats of each licence are used, and how many are needed.',
      ['licenceUsage', 'licencesExpiring'],
    ),
    [
      cell(input('licencesFrom', { label: 'From, then Enter', placeholder: 'A week ago', onEnter: reload })),
      cell(input('licencesTo', { label: 'To, then Enter', placeholder: 'Today', onEnter: reload })),
    ],
    [
      cell(cardOf('licencesUsed', 'licenceUsage', { from: 'usedCard', ...FIGURE })),
      cell(cardOf('licencesFull', 'licenceUsage', { from: 'fullCard', ...FIGURE })),
      cell(cardOf('licencesDenied', 'licenceUsage', { from: 'deniedCard', ...FIGURE })),
      cell(cardOf('licencesLeaked', 'licenceUsage', { from: 'leakedCard', ...FIGURE })),
    ],
    [
      cell(
        tableOf('licencesTable', 'licenceUsage', {
          title: 'Licences',
          height: 360,
          perPage: 6,
          download: true,
          empty: NONE,
          onRow: [set('licenceId', '{{components.licencesTable.selectedRow.licenceId}}')],
          columns: [
            { key: 'licence', title: 'Licence', width: 150 },
            { key: 'product', title: 'Product', width: 110 },
            { key: 'utilisation', title: 'Utilisation', width: 95, align: 'right' },
            { key: 'seats', title: 'Seats', width: 65, align: 'right' },
            { key: 'peak', title: 'Peak', width: 65, align: 'right' },
            { key: 'demand', title: 'Demand', width: 80, align: 'right' },
            { key: 'needed', title: 'For 99 %', width: 80, align: 'right' },
            { key: 'full', title: 'Min. full', width: 85, align: 'right' },
            { key: 'denied', title: 'Denied', width: 75, align: 'right' },
            { key: 'reserved', title: 'Reserved, idle', width: 115, align: 'right' },
            { key: 'verdict', title: 'Verdict', width: 120, color: statusColor },
          ],
        }),
      ),
    ],
    [
      cell(
        chartOf('licencesPeaks', 'licenceUsage', {
          title: 'Peak of each hour',
          from: 'peaks',
          height: 320,
          empty: NONE,
        }),
      ),
      cell(
        chartOf('licencesTime', 'licenceUsage', {
          title: 'Share of the time at each number of seats',
          from: 'time',
          bars: 'group',
          height: 320,
          empty: NONE,
        }),
      ),
    ],
    [
      cell(
        tableOf('licencesEnding', 'licencesExpiring', {
          title: 'Expiring within 60 days',
          height: 240,
          perPage: 4,
          empty: { title: 'None expires', hint: 'No licence expires within 60 days.' },
          columns: [
            { key: 'licence', title: 'Licence', width: 220 },
            { key: 'product', title: 'Product', width: 160 },
            { key: 'seats', title: 'Seats', width: 80, align: 'right' },
            { key: 'ends', title: 'Expires', width: 220 },
            { key: 'left', title: 'Days left', width: 100, align: 'right' },
          ],
        }),
      ),
    ],
  ],
};

const holders: Page = {
  handle: 'holders',
  name: 'Holders',
  icon: 'IconUsers',
  onLoad: load('licenceHolders'),
  rows: [
    ...pageHeader('holders', 'Holders', 'Who holds a seat or waits for one, and who leaves it idle.', [
      'licenceHolders',
    ]),
    [
      cell(
        input('holdersUser', {
          label: 'User, then Enter',
          placeholder: 'All',
          onEnter: [run('licenceHolders')],
        }),
      ),
      cell(
        textArea('holdersReason', {
          label: 'Reason for a forced release',
          placeholder: 'At least 10 characters',
        }),
        2,
      ),
      cell(
        button('holdersEvict', 'Force release', [run('evictSession')], {
          busy: '{{queries.evictSession.isLoading}}',
          disabled: '{{!components.holdersTable.selectedRow?.sessionId}}',
        }),
      ),
    ],
    [
      cell(
        tableOf('holdersTable', 'licenceHolders', {
          title: 'Holders',
          height: 520,
          perPage: 10,
          onRow: [],
          empty: { title: 'No seat is held', hint: 'Seats appear here while clients hold them.' },
          columns: [
            { key: 'user', title: 'User', width: 270 },
            { key: 'licence', title: 'Licence', width: 150 },
            { key: 'product', title: 'Product', width: 110 },
            { key: 'state', title: 'State', width: 90, color: statusColor },
            { key: 'since', title: 'Since', width: 190 },
            { key: 'until', title: 'Lease until', width: 190 },
            { key: 'idle', title: 'Idle', width: 80, align: 'right' },
          ],
        }),
      ),
    ],
  ],
};

const denials: Page = {
  handle: 'denials',
  name: 'Denials',
  icon: 'IconBan',
  onLoad: load('licenceDenials'),
  rows: [
    ...pageHeader(
      'denials',
      'Denials',
      'Who got no seat, and why. Retries within 10 minutes are one denial.',
      ['licenceDenials'],
    ),
    [
      cell(
        chartOf('denialsByCause', 'licenceDenials', {
          title: 'Denials by day and cause',
          from: 'byDay',
          height: 300,
          empty: { title: 'No denials', hint: 'Every request got a seat.' },
        }),
      ),
    ],
    [
      cell(
        tableOf('denialsTable', 'licenceDenials', {
          title: 'Denials',
          height: 440,
          perPage: 8,
          download: true,
          empty: { title: 'No denials', hint: 'Every request got a seat.' },
          columns: [
            { key: 'when', title: 'When', width: 200 },
            { key: 'cause', title: 'Cause', width: 160 },
            { key: 'user', title: 'User', width: 270 },
            { key: 'licence', title: 'Licence', width: 160 },
            { key: 'product', title: 'Product', width: 120 },
            { key: 'attempts', title: 'Attempts', width: 85, align: 'right' },
          ],
        }),
      ),
    ],
  ],
};

/** For those who buy and watch licences: usage, holders, denials. */
export const licences: App = {
  slug: 'ai-manager-licences',
  name: 'Licences',
  groups: ['ai-manager-operations', 'ai-manager-admin'],
  queries,
  pages: [overview, holders, denials],
};
