import type { Client } from '../../ai-api/src/catalogue/client.ts';
import { PEOPLE } from './people.ts';

/**
 * Notifications of the sample company: an inbox with news for its people, one that could not be sent, preferences, a
 * suppressed address, and a text of the company. A second start finds them by their keys.
 */
export async function notifications(client: Client, executive: Client, builder: Client): Promise<void> {
  await preferences(executive, builder);
  await texts(executive);
  for (const { key, to, title, body, category } of NEWS)
    await client.notification.notify({
      to: [to],
      data: { title, body },
      category,
      dedupeKey: `sample-${key}`,
      source: 'sample company',
    });
  await client.notification.notify({
    to: ['+4740000000'],
    data: { title: 'The build is red', body: 'The nightly build of Orchard failed twice.' },
    category: 'operations',
    critical: true,
    dedupeKey: 'sample-text',
    source: 'sample company',
  });
  await client.suppression.add({
    channel: 'email',
    address: 'left@sample-company.example',
    detail: 'The mailbox is closed.',
  });
}

const NEWS = [
  {
    key: 'welcome',
    to: PEOPLE.executive,
    title: 'Two time requests wait for a second approval',
    body: 'Both are over eight hours. Decide them in the approvals inbox.',
    category: 'time',
  },
  {
    key: 'plan',
    to: PEOPLE.executive,
    title: 'A performance plan ends this week',
    body: 'Two of three goals are met; the last check-in was on Monday.',
    category: 'evaluations',
  },
  {
    key: 'licences',
    to: PEOPLE.executive,
    title: 'Three licences expire within 30 days',
    body: 'CAD, 40 seats, is the largest of them.',
    category: 'licences',
  },
  {
    key: 'goals',
    to: PEOPLE.builder,
    title: 'Your goals for the week are due',
    body: 'Write them down by Tuesday evening, so that they count.',
    category: 'evaluations',
  },
  {
    key: 'answer',
    to: PEOPLE.builder,
    title: 'Your request for 3 hours was approved',
    body: 'The hours are paid with this week.',
    category: 'time',
  },
] as const;

/** The executive's nights are quiet, and reports come once a day. */
async function preferences(executive: Client, builder: Client): Promise<void> {
  await executive.notificationPreference.setProfile({
    zone: 'Europe/Oslo',
    quietFrom: '22:00',
    quietTo: '06:30',
  });
  await executive.notificationPreference.choose({ category: 'reports', channel: 'email', choice: 'digest' });
  await builder.notificationPreference.choose({ category: 'licences', choice: 'off' });
}

/** A text of the company's own, published, and a draft after it. */
async function texts(executive: Client): Promise<void> {
  const { newestVersion } = await executive.notificationTemplate.get({ name: 'approvals-digest' });
  if (newestVersion > 0) return;
  const { version } = await executive.notificationTemplate.edit({
    name: 'approvals-digest',
    subject: 'Sample Company: {{ items.size }} decision{% if items.size != 1 %}s{% endif %} waiting for you',
    expectedVersion: newestVersion,
    comment: 'Says whose decisions they are',
  });
  await executive.notificationTemplate.publish({ name: 'approvals-digest', version });
  const message = await executive.notificationTemplate.get({ name: 'message' });
  await executive.notificationTemplate.edit({
    name: 'message',
    subject: 'Sample Company: {{ title }}',
    expectedVersion: message.newestVersion,
    comment: 'A draft with the name of the company',
  });
}
