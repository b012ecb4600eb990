import { codeFor } from '../phones.ts';
import { PERSON } from './identity.ts';
import { type AnswerOf, type Step, step } from './step.ts';

const as = PERSON.executive;
const data = { title: 'A message', body: 'It has some words.' };
const phone = '+4740000001';
let arrived = '';
const comment = 'For the test';
const first = (answerOf: AnswerOf) => ({
  notificationId: answerOf('notification.notify', 'told').notifications[0]?.notificationId ?? '',
});

/** Notifications of a person, their inbox and preferences, and the texts of the company. */
export const notifications: Step[] = [
  step(
    'notification.notify',
    { to: as, template: 'message', data, dedupeKey: 'a-message' },
    { name: 'told', matches: { notifications: [{ repeated: false }] } },
  ),
  step(
    'notification.notify',
    { to: '+4740000000', data },
    {
      name: 'text',
      before: async ({ twilio }) => {
        twilio.replies.push({ code: 21_211 });
      },
    },
  ),
  step('notification.list', { limit: 2 }, { matches: { items: [{ title: 'A message' }, {}] } }),
  step('notification.get', first, { matches: { title: 'A message', template: 'message' } }),
  step(
    'notification.list',
    { state: 'failed' },
    {
      name: 'failed',
      eventually: true,
      matches: { items: [{ deliveries: [{ errorCode: 'TWILIO_21211' }] }] },
    },
  ),
  step('notification.resend', (answerOf) => ({
    deliveryId: answerOf('notification.list', 'failed').items[0]?.deliveries[0]?.deliveryId ?? '',
  })),
  step('inbox.list', { category: 'general' }, { as, matches: { items: [{ title: 'A message' }] } }),
  // Two of contests that were opened, and this one.
  step('inbox.count', {}, { as, matches: { unread: 3 } }),
  step('inbox.read', first, { as, matches: { unread: 2 } }),
  step('inbox.archive', first, { as }),
  step('notificationPreference.get', {}, { as, matches: { email: as } }),
  step(
    'notificationPreference.choose',
    { category: 'reports', channel: 'email', choice: 'digest' },
    { as, matches: { preferences: [{ category: 'reports', channel: 'email', choice: 'digest' }] } },
  ),
  step(
    'notificationPreference.setProfile',
    { zone: 'Europe/Oslo', quietFrom: '22:00', quietTo: '07:00', phone },
    { as, matches: { effective: { zone: 'Europe/Oslo', quietFrom: '22:00' }, phoneVerified: false } },
  ),
  step('notificationPreference.sendPhoneCode', {}, { as, matches: { phone, maxAttempts: 5 } }),
  step('notificationPreference.verifyPhone', () => ({ code: arrived }), {
    as,
    before: async ({ twilio }) => {
      arrived = codeFor(twilio, phone);
    },
    matches: { phone, phoneVerified: true },
  }),
  step('notificationPreference.setSettings', { digestHour: 7 }, { matches: { digestHour: 7 } }),
  step('notificationPreference.chooseForCompany', { category: 'operations', choice: 'digest' }),
  step('notificationPreference.getSettings', {}, { matches: { preferences: [{ category: 'operations' }] } }),
  step('suppression.add', { channel: 'email', address: 'Gone@example.com', detail: 'It bounces.' }),
  step('suppression.list', {}, { matches: { items: [{ address: 'gone@example.com', reason: 'added' }] } }),
  step(
    'suppression.remove',
    { channel: 'email', address: 'gone@example.com' },
    { matches: { removed: true } },
  ),
  step('notificationTemplate.list', {}),
  step('notificationTemplate.get', { name: 'message' }, { matches: { version: null, newestVersion: 0 } }),
  step(
    'notificationTemplate.edit',
    { name: 'message', subject: 'Sample: {{ title }}', expectedVersion: 0, comment },
    { matches: { version: 1 } },
  ),
  step(
    'notificationTemplate.save',
    {
      name: 'welcome',
      content: {
        title: 'Welcome',
        sample: { who: 'Ada' },
        locales: { en: { subject: 'Welcome {{ who }}', text: 'Hello {{ who }}' } },
      },
      expectedVersion: 0,
      comment,
    },
    { matches: { version: 1 } },
  ),
  step(
    'notificationTemplate.preview',
    { name: 'message', version: 1 },
    { matches: { subject: 'Sample: The office is closed on Friday' } },
  ),
  step('notificationTemplate.publish', { name: 'message', version: 1 }, { matches: { publishedVersion: 1 } }),
  step(
    'notificationTemplate.listVersions',
    { name: 'message' },
    { matches: { items: [{ isPublished: true }] } },
  ),
  step('notificationTemplate.test', { name: 'message', version: 1 }, { as }),
];
