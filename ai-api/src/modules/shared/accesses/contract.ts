import { z } from 'zod';
import { operation, ROLES, resource } from '../../../contract/operation.ts';
import { PURPOSES, type Purpose } from '../../../contract/reveals.ts';
import { id, listOf, page, timestamp } from '../../../contract/schemas.ts';

const PURPOSE_NAMES = Object.keys(PURPOSES) as [Purpose, ...Purpose[]];

const accessView = z
  .object({
    accessId: id,
    sentence: z.string().describe('Who read what for which purpose, how often and when last'),
    operation: z.string().meta({ example: 'evaluation.get' }),
    what: z.string().describe('What was shown, such as weekly evaluation'),
    detail: z.string().nullable().describe('Which one, such as 2026-W45'),
    purpose: z.enum(PURPOSE_NAMES),
    reason: z.string().nullable().describe('What the reader gave as the reason, of an export'),
    reader: z.object({
      userId: id.nullable().describe('Null for a key that acts for no person'),
      name: z.string().describe('Of the person, or else of the key'),
      key: z.string().nullable().describe('Name of the API key that was used'),
      role: z.string().nullable(),
    }),
    times: z.number().int().describe('How often within the hour of the clock'),
    firstAt: timestamp,
    lastAt: timestamp,
  })
  .meta({ id: 'Access' });

export const access = resource({
  id: 'access',
  name: 'Access record',
  description: 'Who read data about a person, when and for which purpose.',
  operations: {
    mine: operation({
      method: 'GET',
      path: '/me/accesses',
      summary: 'List who read data about you, newest first',
      description:
        'Everything that another person or an API key read about you, and exports of the whole company. What you read yourself is not recorded.',
      access: ROLES,
      own: 'anyone',
      list: true,
      input: z.object(page),
      output: listOf(accessView),
      errors: ['PERSON_NEEDED'],
    }),
    list: operation({
      method: 'GET',
      path: '/accesses',
      summary: 'List who read data about whom, newest first',
      description: 'Reading this list is recorded, too.',
      access: ['admin'],
      reveals: {
        what: 'record of who read your data',
        purpose: 'administration',
        of: [{ list: 'items', subject: 'subject' }],
      },
      list: true,
      input: z.object({
        subject: z
          .string()
          .min(1)
          .max(320)
          .optional()
          .describe('Whose data was read: builder:<id>, user:<id>, or company')
          .meta({ example: 'builder:b-001' }),
        userId: id.optional().describe('The person who read, also by a key'),
        operationId: z.string().min(1).max(100).optional().meta({ example: 'evaluation.get' }),
        purpose: z.enum(PURPOSE_NAMES).optional(),
        from: timestamp.optional().describe('Last read at or after'),
        to: timestamp.optional().describe('Last read before'),
        ...page,
      }),
      output: listOf(
        accessView
          .extend({
            subject: z.string().describe('Whose data was read; company for everyone'),
            subjectName: z
              .string()
              .nullable()
              .describe('Null for who is not there any more, and for company'),
          })
          .meta({ id: 'ListedAccess' }),
      ),
    }),
  },
});

/** What this module offers. */
export const contract = { access };
