import { z } from 'zod';
import { SUBSCRIPTION_STATUSES } from '../plans.ts';
import { id, timestamp } from '../schemas.ts';
import { TIERS } from '../tiers.ts';

/** No names: these events reach everyone who follows the company. */
const fileVersion = z.object({
  fileId: id,
  version: z.number().int(),
  category: z.string(),
  origin: z.string().describe('What it belongs to, such as policy or approval; upload for a file by itself'),
  scan: z.enum(['clean', 'infected', 'not scanned', 'made here']).nullable(),
  reason: z.string().nullable(),
});

/** What happens to notifications. */
export const notificationEvents = {
  'notification.failed': {
    title: 'Notification not delivered',
    description: 'A delivery failed for good, or its outcome is unknown.',
    data: z.object({
      notificationId: id,
      deliveryId: id,
      template: z.string(),
      channel: z.enum(['email', 'sms', 'webhook', 'inbox']),
      state: z.enum(['failed', 'unknown']),
      code: z.string().nullable(),
    }),
  },
  'notification.suppressed': {
    title: 'Address suppressed',
    description:
      'Nothing is sent to an address any more: it does not exist, or its owner complained or answered STOP.',
    data: z.object({
      channel: z.enum(['email', 'sms']),
      reason: z.enum(['bounce', 'complaint', 'stop']),
      deliveryId: id.nullable(),
    }),
  },
  'inbox.changed': {
    title: 'Inbox changed',
    description: "A person's notifications came, were read or were archived.",
    data: z.object({ userId: id, unread: z.number().int() }),
  },
} as const;

const quotaUse = z.object({
  quota: z.string().describe('Such as conversations or storage'),
  used: z.number().int(),
  limit: z.number().int(),
  period: z.string().describe('Day or month (UTC) in which this is published once'),
  resetsAt: timestamp.nullable().describe('Null for what does not reset by itself'),
});

/** What happens to plans of companies. */
export const planEvents = {
  'company.plan.changed': {
    title: 'Plan of the company changed',
    description: 'The company has another plan: it subscribed, its subscription ended, or a date passed.',
    data: z.object({
      plan: z.enum(TIERS),
      before: z.enum(TIERS),
      subscription: z.enum(SUBSCRIPTION_STATUSES),
      graceEndsAt: timestamp.nullable(),
    }),
  },
  'quota.warning': {
    title: 'Quota nearly used up',
    description: 'The company has used 80 % of what its plan allows.',
    data: quotaUse,
  },
  'quota.reached': {
    title: 'Quota used up',
    description: 'The company has used all that its plan allows; more is refused.',
    data: quotaUse,
  },
} as const;

/** What happens to files, reports and webhooks. */
export const platformEvents = {
  'file.ready': {
    title: 'File ready',
    description: 'A version of a file was inspected, or released from quarantine, and can be downloaded.',
    data: fileVersion,
  },
  'file.quarantined': {
    title: 'File quarantined',
    description: 'The virus scanner found something in a version of a file; a person may release it.',
    data: fileVersion,
  },
  'file.rejected': {
    title: 'File refused',
    description: 'The content of a version is not what it was uploaded as, or is not accepted.',
    data: fileVersion,
  },
  'file.scan.failed': {
    title: 'File not scanned',
    description: 'A version could not be inspected, and cannot be downloaded until it is.',
    data: fileVersion,
  },
  'compliance.report.made': {
    title: 'Compliance report made',
    description: 'A compliance report was made and can be downloaded.',
    data: z.object({ reportId: id, kind: z.string() }),
  },
  'privacy.request.changed': {
    title: 'Privacy request changed',
    description:
      'A request about personal data was recorded, confirmed, refused, withdrawn or done, or it failed.',
    data: z.object({ requestId: id, kind: z.string(), state: z.string() }),
  },
  'endpoint.test': {
    title: 'Endpoint test',
    description: 'A sample event, sent to one endpoint on request.',
    data: z.object({
      endpointId: id,
      message: z.string(),
      sample: z
        .object({ type: z.string(), data: z.record(z.string(), z.unknown()) })
        .optional()
        .describe('Sample data of the requested type'),
    }),
  },
} as const;
