import { z } from 'zod';
import { operation, resource, STAFF } from '../../../../contract/operation.ts';
import { id, isTimeZone, listOf, page, timestamp } from '../../../../contract/schemas.ts';
import { locale, templateName } from '../templates/schema.ts';
import {
  CATEGORIES,
  CHANNELS,
  CHOICES,
  MIN_RETENTION_DAYS,
  PHONE,
  SUPPRESSION_REASONS,
} from '../vocabulary.ts';

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 22:00');
const zone = z
  .string()
  .max(60)
  .refine(isTimeZone, 'must be a time zone such as Europe/Oslo')
  .meta({ example: 'Europe/Oslo' });
const hour = z.number().int().min(0).max(23);

const preference = z.object({
  template: z.string().nullable(),
  category: z.enum(CATEGORIES).nullable(),
  channel: z.enum(CHANNELS).nullable(),
  choice: z.enum(CHOICES),
});

const matrix = z
  .array(z.object({ category: z.enum(CATEGORIES), channel: z.enum(CHANNELS), choice: z.enum(CHOICES) }))
  .describe('What applies to each category and channel');

const own = z
  .object({
    userId: id,
    email: z.string(),
    phone: z.string().nullable(),
    phoneVerified: z
      .boolean()
      .describe('Whether you confirmed the number; text messages go to a confirmed one alone'),
    zone: zone.nullable().describe("Null for the company's"),
    locale: z.string().nullable(),
    quietFrom: time.nullable(),
    quietTo: time.nullable(),
    digestHour: hour.nullable(),
    webhookUrl: z.string().nullable(),
    effective: z
      .object({
        zone,
        locale: z.string(),
        quietFrom: time.nullable(),
        quietTo: time.nullable(),
        digestHour: hour,
      })
      .describe("What applies, with the company's settings where you have none"),
    preferences: z.array(preference),
    matrix,
  })
  .meta({ id: 'NotificationPreferences' });

const company = z
  .object({
    zone: zone,
    locale: locale,
    quietFrom: time.nullable(),
    quietTo: time.nullable(),
    digestHour: hour,
    retentionDays: z.number().int().min(MIN_RETENTION_DAYS).max(3650),
    preferences: z.array(preference),
    channels: z.object({ sms: z.boolean().describe('Whether text messages are connected') }),
  })
  .meta({ id: 'NotificationSettings' });

/** The place that a choice is made for; left out means any. */
const place = {
  template: templateName.optional().describe('Only for this template'),
  category: z.enum(CATEGORIES).optional().describe('Only for this category'),
  channel: z.enum(CHANNELS).optional().describe('Only for this channel'),
  choice: z
    .enum([...CHOICES, 'default'])
    .describe('digest: once a day in one e-mail; default: removes the choice'),
};

const managers = ['admin', 'executive'] as const;
const keepers = ['admin', 'executive', 'ops'] as const;

export const notificationPreference = resource({
  id: 'notificationPreference',
  name: 'Notification preference',
  description:
    'How people want to be reached. The most specific choice applies: template, category, channel; of the person, else of the company. E-mails that n8n sends itself do not follow them.',
  operations: {
    get: operation({
      method: 'GET',
      path: '/notification-preferences',
      summary: 'Get your notification preferences',
      access: STAFF,
      own: 'anyone',
      input: z.object({}),
      output: own,
      errors: ['PERSON_NEEDED'],
    }),
    choose: operation({
      method: 'PUT',
      path: '/notification-preferences/choice',
      summary: 'Choose how you are notified',
      access: STAFF,
      own: 'anyone',
      repeatable: true,
      input: z.object(place),
      output: own,
      errors: ['PERSON_NEEDED'],
    }),
    setProfile: operation({
      method: 'PATCH',
      path: '/notification-preferences',
      summary: 'Set your phone, time zone, quiet hours and webhook',
      description:
        'Fields that are left out stay as they are; an empty text removes one. A new phone number gets text messages once you confirmed it. A new webhook URL comes with its secret, once.',
      access: STAFF,
      own: 'anyone',
      input: z.object({
        phone: z
          .union([z.literal(''), z.string().regex(PHONE, 'must be a number such as +4740000000')])
          .optional(),
        zone: z.union([z.literal(''), zone]).optional(),
        locale: z.union([z.literal(''), locale]).optional(),
        quietFrom: z.union([z.literal(''), time]).optional(),
        quietTo: z.union([z.literal(''), time]).optional(),
        digestHour: z
          .union([z.literal(''), z.coerce.number().int().min(0).max(23)])
          .optional()
          .describe('Hour of the day at which the digest comes'),
        webhookUrl: z
          .union([z.literal(''), z.url({ protocol: /^https?$/ }).max(2000)])
          .optional()
          .describe('Where notifications are POSTed, signed by Standard Webhooks'),
      }),
      output: own.extend({ webhookSecret: z.string().nullable() }).meta({ id: 'NotificationProfile' }),
      errors: ['PERSON_NEEDED', 'WEBHOOK_URL_REFUSED'],
    }),
    sendPhoneCode: operation({
      method: 'POST',
      path: '/notification-preferences/phone/code',
      summary: 'Have a code sent to your phone number',
      description:
        'A text message to the number of your preferences. The code works for ten minutes and takes the place of an earlier one. You get one in a minute and five in a day; a number gets five in a day, from all who enter it.',
      access: STAFF,
      own: 'anyone',
      input: z.object({}),
      output: z
        .object({
          phone: z.string(),
          expiresAt: timestamp,
          maxAttempts: z.number().int().describe('Wrong codes after which a new one is needed'),
        })
        .meta({ id: 'PhoneCode' }),
      errors: ['PERSON_NEEDED', 'PHONE_REFUSED', 'RATE_LIMITED', 'SERVICE_UNAVAILABLE', 'TEMPLATE_INVALID'],
    }),
    verifyPhone: operation({
      method: 'POST',
      path: '/notification-preferences/phone/verify',
      summary: 'Confirm your phone number',
      description: 'With the code of the text message. From then on text messages go to the number.',
      access: STAFF,
      own: 'anyone',
      input: z.object({
        code: z
          .string()
          .trim()
          .regex(/^\d{6}$/, 'must be the six digits of the text message')
          .meta({ example: '012345' }),
      }),
      output: own,
      errors: ['PERSON_NEEDED', 'PHONE_CODE_INVALID'],
    }),
    getSettings: operation({
      method: 'GET',
      path: '/notification-preferences/company',
      summary: 'Get what applies to everyone without a choice of their own',
      access: keepers,
      input: z.object({}),
      output: company,
    }),
    setSettings: operation({
      method: 'PATCH',
      path: '/notification-preferences/company',
      summary: "Set the company's time zone, quiet hours and retention",
      access: managers,
      input: z.object({
        zone: zone.optional(),
        locale: locale.optional(),
        quietFrom: z.union([z.literal(''), time]).optional(),
        quietTo: z.union([z.literal(''), time]).optional(),
        digestHour: z.coerce.number().int().min(0).max(23).optional(),
        retentionDays: z.coerce
          .number()
          .int()
          .min(MIN_RETENTION_DAYS)
          .max(3650)
          .optional()
          .describe('For how long notifications are kept; their links to unsubscribe work as long'),
      }),
      output: company,
    }),
    chooseForCompany: operation({
      method: 'PUT',
      path: '/notification-preferences/company/choice',
      summary: 'Choose how everyone without a choice of their own is notified',
      access: managers,
      repeatable: true,
      input: z.object(place),
      output: company,
    }),
  },
});

const suppressed = z
  .object({
    suppressionId: id,
    channel: z.enum(['email', 'sms']),
    address: z.string().describe('`sha256:` and a digest once its owner was erased'),
    reason: z
      .enum(SUPPRESSION_REASONS)
      .describe('bounce and complaint: reported by the mail provider; stop: the person answered STOP'),
    detail: z.string(),
    createdAt: timestamp,
  })
  .meta({ id: 'Suppression' });

export const suppression = resource({
  id: 'suppression',
  name: 'Suppression',
  description:
    'Addresses that AI Manager sends nothing to, because they do not exist or their owner wants it so.',
  operations: {
    list: operation({
      method: 'GET',
      path: '/notification-suppressions',
      summary: 'List suppressed addresses',
      access: keepers,
      list: true,
      input: z.object({
        channel: z.enum(['email', 'sms']).optional(),
        search: z
          .string()
          .max(320)
          .optional()
          .describe('A part of the address; after an erasure, the whole address'),
        ...page,
      }),
      output: listOf(suppressed),
    }),
    add: operation({
      method: 'POST',
      path: '/notification-suppressions',
      summary: 'Suppress an address',
      access: keepers,
      status: 201,
      input: z.object({
        channel: z.enum(['email', 'sms']),
        address: z.string().trim().min(3).max(320),
        detail: z.string().max(500).default(''),
      }),
      output: z.object({ channel: z.enum(['email', 'sms']), address: z.string() }),
    }),
    remove: operation({
      method: 'POST',
      path: '/notification-suppressions/remove',
      summary: 'Let an address be sent to again',
      description: 'After the address works again, or its owner asks for it.',
      access: keepers,
      input: z.object({
        channel: z.enum(['email', 'sms']),
        address: z.string().trim().min(3).max(320),
      }),
      output: z.object({ removed: z.boolean() }),
    }),
  },
});
