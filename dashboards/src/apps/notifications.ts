import { clear, load, run } from '../build/actions.ts';
import { cardOf, pageHeader, section, statusColor, tableOf } from '../build/blocks.ts';
import { choicesOf, dropdown, input } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, text } from '../build/widgets.ts';

const CATEGORIES = choicesOf([
  'general',
  'evaluations',
  'decisions',
  'time',
  'reports',
  'workflows',
  'licences',
  'operations',
]);
const CHANNELS = [
  ['email', 'E-mail'],
  ['sms', 'Text message'],
  ['webhook', 'Webhook'],
  ['inbox', 'Inbox'],
] as const;
const CHOICES = [
  ['on', 'On'],
  ['off', 'Off'],
  ['digest', 'Once a day'],
  ['default', 'As the company has it'],
] as const;

const notificationId = '{{components.noticesTable.selectedRow.notificationId}}';
const noNotice = '{{!components.noticesTable.selectedRow?.notificationId}}';

/** What a person was notified of. */
export const noticeQueries: Query[] = [
  api.read('notices', 'inbox.list', {
    options: {
      limit: '100',
      archived: "{{components.noticesShown.value === 'archived'}}",
    },
    transform: 'notices',
  }),
  api.read('noticeCount', 'inbox.count', { transform: 'notice-count' }),
  api.write('readNotice', 'inbox.read', {
    options: { notificationId },
    done: 'The notification is marked as read.',
    next: [run('notices'), run('noticeCount')],
  }),
  api.write('readAllNotices', 'inbox.read', {
    done: 'All notifications are marked as read.',
    next: [run('notices'), run('noticeCount')],
  }),
  api.write('archiveNotice', 'inbox.archive', {
    options: {
      notificationId,
      restore: "{{components.noticesShown.value === 'archived'}}",
    },
    done: 'The notification is moved.',
    next: [run('notices'), run('noticeCount')],
  }),
];

/** A person's own notifications. */
export const noticesPage: Page = {
  handle: 'notifications',
  name: 'Notifications',
  icon: 'IconBell',
  onLoad: load('notices', 'noticeCount'),
  rows: [
    ...pageHeader('notices', 'Notifications', 'What you were notified of.', ['notices', 'noticeCount']),
    [
      cell(
        cardOf('noticeCountCard', 'noticeCount', {
          from: 'card',
          height: 104,
          empty: { title: 'Unknown', hint: 'Press Refresh.' },
        }),
        2,
      ),
      cell(
        dropdown('noticesShown', {
          label: 'Show',
          placeholder: 'Current',
          choices: [
            ['current', 'Current'],
            ['archived', 'Archived'],
          ],
          onSelect: [run('notices')],
        }),
      ),
    ],
    [
      cell(
        tableOf('noticesTable', 'notices', {
          title: 'Notifications',
          height: 520,
          perPage: 9,
          onRow: [],
          empty: { title: 'No notifications', hint: 'What concerns you appears here.' },
          columns: [
            { key: 'state', title: 'State', width: 90, color: statusColor },
            { key: 'title', title: 'Notification', width: 300, wrap: true },
            { key: 'summary', title: 'Summary', width: 390, wrap: true },
            { key: 'category', title: 'About', width: 110 },
            { key: 'when', title: 'When', width: 230 },
          ],
        }),
      ),
    ],
    [
      cell(
        button('noticeRead', 'Mark as read', [run('readNotice')], {
          busy: '{{queries.readNotice.isLoading}}',
          disabled: noNotice,
        }),
      ),
      cell(
        button('noticeReadAll', 'Mark all as read', [run('readAllNotices')], {
          busy: '{{queries.readAllNotices.isLoading}}',
        }),
      ),
      cell(
        button(
          'noticeArchive',
          "{{components.noticesShown.value === 'archived' ? 'Bring back' : 'Archive'}}",
          [run('archiveNotice')],
          { busy: '{{queries.archiveNotice.isLoading}}', disabled: noNotice },
        ),
      ),
      cell(text('noticesSpace', '', { height: 40, mobileHeight: 8 }), 2),
    ],
  ],
};

const entered = (name: string) => `{{components.${name}.value}}`;

/** How a person wants to be reached. */
export const preferenceQueries: Query[] = [
  api.read('preferences', 'notificationPreference.get', { transform: 'preferences' }),
  api.write('choosePreference', 'notificationPreference.choose', {
    options: {
      category: entered('preferenceCategory'),
      channel: entered('preferenceChannel'),
      choice: entered('preferenceChoice'),
    },
    done: 'Your choice is saved.',
    next: [run('preferences')],
  }),
  api.write('savePreferences', 'notificationPreference.setProfile', {
    options: {
      zone: entered('preferenceZone'),
      quietFrom: entered('preferenceQuietFrom'),
      quietTo: entered('preferenceQuietTo'),
      digestHour: entered('preferenceDigestHour'),
      phone: entered('preferencePhone'),
    },
    done: 'Your preferences are saved.',
    next: [run('preferences')],
  }),
  api.write('sendPhoneCode', 'notificationPreference.sendPhoneCode', {
    done: 'A text message with a code is on its way to your number.',
  }),
  api.write('confirmPhone', 'notificationPreference.verifyPhone', {
    options: { code: entered('preferencePhoneCode') },
    done: 'Your number is confirmed.',
    next: [clear('preferencePhoneCode'), run('preferences')],
  }),
];

const UNKNOWN = { title: 'Unknown', hint: 'The API did not return it. Press Refresh.' };
const field = (name: string, label: string, from: string, placeholder: string) =>
  cell(input(name, { label, value: `{{queries.preferences.data?.${from} ?? ''}}`, placeholder }));

/** Preferences of the person who looks. */
export const preferencesPage: Page = {
  handle: 'notification-preferences',
  name: 'Notification preferences',
  icon: 'IconBellCog',
  onLoad: load('preferences'),
  rows: [
    ...pageHeader(
      'preferences',
      'Notification preferences',
      'How you are notified of what. Critical notifications always come, at once, and so do e-mails that n8n sends itself, such as the weekly evaluation.',
      ['preferences'],
    ),
    [
      cell(
        tableOf('preferencesTable', 'preferences', {
          title: 'Notification preferences',
          height: 440,
          perPage: 8,
          search: false,
          empty: UNKNOWN,
          columns: [
            { key: 'category', title: 'About', width: 160 },
            { key: 'email', title: 'E-mail', width: 120 },
            { key: 'sms', title: 'Text message', width: 130 },
            { key: 'webhook', title: 'Webhook', width: 120 },
            { key: 'inbox', title: 'Inbox', width: 120 },
          ],
        }),
        3,
      ),
      cell(cardOf('preferencesCard', 'preferences', { from: 'card', height: 440, empty: UNKNOWN }), 2),
    ],
    section('preferenceChoiceTitle', 'Change a choice'),
    [
      cell(dropdown('preferenceCategory', { label: 'About', placeholder: 'Anything', choices: CATEGORIES })),
      cell(dropdown('preferenceChannel', { label: 'Channel', placeholder: 'Any', choices: CHANNELS })),
      cell(
        dropdown('preferenceChoice', {
          label: 'Choice',
          placeholder: 'Choose',
          choices: CHOICES,
          required: true,
        }),
      ),
      cell(
        button('preferenceChoose', 'Save choice', [run('choosePreference')], {
          kind: 'primary',
          busy: '{{queries.choosePreference.isLoading}}',
          disabled: '{{!components.preferenceChoice.value}}',
        }),
      ),
    ],
    section('preferenceTimesTitle', 'Times and phone'),
    [
      field('preferenceZone', 'Time zone', 'zone', "Empty for the company's"),
      field('preferenceQuietFrom', 'Quiet from', 'quietFrom', '22:00'),
      field('preferenceQuietTo', 'Quiet until', 'quietTo', '07:00'),
      field('preferenceDigestHour', 'Digest at (hour)', 'digestHour', '8'),
      field('preferencePhone', 'Phone', 'phone', '+4740000000'),
    ],
    [
      cell(
        button('preferenceSave', 'Save', [run('savePreferences')], {
          kind: 'primary',
          busy: '{{queries.savePreferences.isLoading}}',
          disabled: '{{!queries.preferences.data?.rows}}',
        }),
      ),
      cell(
        text('preferenceHint', 'An empty field means that what the company has set applies.', {
          color: color.muted,
          height: 40,
        }),
        3,
      ),
    ],
    section('preferencePhoneTitle', 'Confirm your phone'),
    [
      cell(
        text('preferencePhoneState', "{{queries.preferences.data?.phoneState ?? ''}}", {
          color: color.muted,
          height: 64,
          mobileHeight: 64,
        }),
        2,
      ),
      cell(
        button('preferencePhoneSend', 'Send me a code', [run('sendPhoneCode')], {
          busy: '{{queries.sendPhoneCode.isLoading}}',
          disabled: '{{queries.preferences.data?.needsCode !== true}}',
        }),
      ),
      cell(input('preferencePhoneCode', { label: 'Code', placeholder: '012345' })),
      cell(
        button('preferencePhoneConfirm', 'Confirm number', [run('confirmPhone')], {
          kind: 'primary',
          busy: '{{queries.confirmPhone.isLoading}}',
          disabled: '{{!components.preferencePhoneCode.value}}',
        }),
      ),
    ],
  ],
};

const deliveryId = '{{components.sentTable.selectedRow.deliveryId}}';
const suppressed = {
  channel: '{{components.suppressedTable.selectedRow.channel}}',
  address: '{{components.suppressedTable.selectedRow.address}}',
};

/** What was sent, for those who operate. */
export const sentQueries: Query[] = [
  api.read('sent', 'notification.list', {
    options: { limit: '100', troubled: "{{components.sentShown.value === 'troubled'}}" },
    transform: 'sent',
  }),
  api.write('resendNotification', 'notification.resend', {
    options: { deliveryId },
    confirm: 'Send this again? A message whose outcome is unknown may arrive twice.',
    done: 'It is sent again.',
    next: [run('sent')],
  }),
  api.read('suppressed', 'suppression.list', { options: { limit: '100' }, transform: 'suppressed' }),
  api.write('releaseAddress', 'suppression.remove', {
    options: suppressed,
    confirm: 'Let this address be sent to again?',
    done: 'The address is sent to again.',
    next: [run('suppressed')],
  }),
  api.write('suppressAddress', 'suppression.add', {
    options: {
      channel: 'email',
      address: '{{components.suppressAddressText.value}}',
      detail: 'Added by hand',
    },
    done: 'Nothing is sent to the address any more.',
    next: [clear('suppressAddressText'), run('suppressed')],
  }),
];

/** Deliveries with their errors, and addresses that nothing is sent to. */
export const sentPage: Page = {
  handle: 'sent-notifications',
  name: 'Sent notifications',
  icon: 'IconSend',
  onLoad: load('sent', 'suppressed'),
  rows: [
    ...pageHeader(
      'sent',
      'Sent notifications',
      'What was sent to whom, what became of it, and addresses that nothing is sent to.',
      ['sent', 'suppressed'],
      [],
    ),
    [
      cell(
        dropdown('sentShown', {
          label: 'Show',
          placeholder: 'Everything',
          choices: [
            ['all', 'Everything'],
            ['troubled', 'Only what failed or is unknown'],
          ],
          onSelect: [run('sent')],
        }),
      ),
      cell(text('sentSpace', '', { height: 64, mobileHeight: 8 }), 3),
    ],
    [
      cell(
        tableOf('sentTable', 'sent', {
          title: 'Sent notifications',
          height: 480,
          perPage: 8,
          onRow: [],
          empty: { title: 'Nothing was sent', hint: 'Notifications appear here with their deliveries.' },
          columns: [
            { key: 'when', title: 'When', width: 230 },
            { key: 'title', title: 'Notification', width: 230, wrap: true },
            { key: 'to', title: 'To', width: 230 },
            { key: 'channel', title: 'Channel', width: 90 },
            { key: 'state', title: 'State', width: 110, color: statusColor },
            { key: 'error', title: 'Error', width: 250, wrap: true },
          ],
        }),
      ),
    ],
    [
      cell(
        button('sentResend', 'Send again', [run('resendNotification')], {
          busy: '{{queries.resendNotification.isLoading}}',
          disabled: '{{components.sentTable.selectedRow?.mayResend !== true}}',
        }),
      ),
      cell(text('sentResendSpace', '', { height: 40, mobileHeight: 8 }), 3),
    ],
    section('suppressedTitle', 'Suppressed addresses'),
    [
      cell(
        tableOf('suppressedTable', 'suppressed', {
          title: 'Suppressed addresses',
          height: 320,
          perPage: 5,
          onRow: [],
          empty: { title: 'No addresses', hint: 'Addresses that bounce or complain appear here.' },
          columns: [
            { key: 'address', title: 'Address', width: 280 },
            { key: 'channel', title: 'Channel', width: 90 },
            { key: 'reason', title: 'Reason', width: 110 },
            { key: 'detail', title: 'Detail', width: 360, wrap: true },
            { key: 'when', title: 'Since', width: 200 },
          ],
        }),
      ),
    ],
    [
      cell(
        button('suppressedRelease', 'Send to it again', [run('releaseAddress')], {
          busy: '{{queries.releaseAddress.isLoading}}',
          disabled: '{{!components.suppressedTable.selectedRow?.address}}',
        }),
      ),
      cell(input('suppressAddressText', { label: 'E-mail address', placeholder: 'gone@example.com' }), 2),
      cell(
        button('suppressAddressAdd', 'Suppress', [run('suppressAddress')], {
          kind: 'danger',
          busy: '{{queries.suppressAddress.isLoading}}',
          disabled: '{{!components.suppressAddressText.value}}',
        }),
      ),
    ],
  ],
};
