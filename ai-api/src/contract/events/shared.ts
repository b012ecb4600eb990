import { z } from 'zod';
import { id } from '../schemas.ts';

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
