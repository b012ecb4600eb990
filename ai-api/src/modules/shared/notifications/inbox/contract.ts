import { z } from 'zod';
import { operation, resource, STAFF } from '../../../../contract/operation.ts';
import { flag, id, listOf, page, timestamp } from '../../../../contract/schemas.ts';
import { CATEGORIES } from '../vocabulary.ts';

const item = z
  .object({
    notificationId: id,
    title: z.string(),
    summary: z.string(),
    link: z.string().nullable(),
    category: z.enum(CATEGORIES),
    critical: z.boolean(),
    createdAt: timestamp,
    seenAt: timestamp.nullable(),
    readAt: timestamp.nullable(),
    archivedAt: timestamp.nullable(),
  })
  .meta({ id: 'InboxItem' });

const counts = z
  .object({
    userId: id,
    unread: z.number().int(),
    unseen: z.number().int().describe('Not listed since they came'),
  })
  .meta({ id: 'InboxCounts' });

const which = {
  notificationId: id.optional().describe('One of the inbox; leave it out for all'),
};

export const inbox = resource({
  id: 'inbox',
  name: 'Inbox',
  description: 'Your own notifications. Every operation concerns the person who calls, and needs one.',
  operations: {
    list: operation({
      method: 'GET',
      path: '/inbox',
      summary: 'List your notifications',
      description: 'Newest first. What is listed counts as seen.',
      access: STAFF,
      own: 'anyone',
      list: true,
      input: z.object({
        unread: flag.optional().describe('Only what is not read'),
        archived: flag.default(false).describe('What is archived in place of the rest'),
        category: z.enum(CATEGORIES).optional(),
        ...page,
      }),
      output: listOf(item),
      errors: ['PERSON_NEEDED'],
    }),
    count: operation({
      method: 'GET',
      path: '/inbox/count',
      summary: 'Count your unread notifications',
      description: 'The event inbox.changed reports every change: `WS /ws/inbox/{userId}`.',
      access: STAFF,
      own: 'anyone',
      input: z.object({}),
      output: counts,
      errors: ['PERSON_NEEDED'],
    }),
    read: operation({
      method: 'POST',
      path: '/inbox/read',
      summary: 'Mark one or all notifications as read',
      access: STAFF,
      own: 'anyone',
      repeatable: true,
      input: z.object({
        ...which,
        unread: z.boolean().default(false).describe('Mark as unread instead'),
      }),
      output: counts,
      errors: ['PERSON_NEEDED', 'NOT_FOUND'],
    }),
    archive: operation({
      method: 'POST',
      path: '/inbox/archive',
      summary: 'Archive one or all read notifications',
      access: STAFF,
      own: 'anyone',
      repeatable: true,
      input: z.object({
        ...which,
        restore: z.boolean().default(false).describe('Bring it back instead'),
      }),
      output: counts,
      errors: ['PERSON_NEEDED', 'NOT_FOUND'],
    }),
  },
});
