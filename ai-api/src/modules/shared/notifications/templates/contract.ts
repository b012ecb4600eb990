import { z } from 'zod';
import { operation, resource } from '../../../../contract/operation.ts';
import { id, listOf, MAX_INTEGER, page, prose, timestamp } from '../../../../contract/schemas.ts';
import { CATEGORIES, CHANNELS } from '../vocabulary.ts';
import { locale, templateName } from './schema.ts';

const head = {
  name: z.string(),
  title: z.string(),
  description: z.string(),
  category: z.enum(CATEGORIES),
  critical: z.boolean(),
  channels: z.array(z.enum(CHANNELS)),
  locales: z.array(z.string()),
};

const listed = z
  .object({
    ...head,
    publishedVersion: z.number().int().nullable().describe('Null while the default is sent'),
    newestVersion: z.number().int().describe('0 when the company has none'),
    hasDefault: z.boolean(),
    isDefault: z.boolean().describe('Whether the default is sent'),
  })
  .meta({ id: 'NotificationTemplateListed' });

const detail = z
  .object({
    ...head,
    version: z.number().int().nullable().describe('Null for the default'),
    newestVersion: z.number().int(),
    publishedVersion: z.number().int().nullable(),
    hasDefault: z.boolean(),
    comment: z.string().nullable(),
    content: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'NotificationTemplate' });

const rendered = z
  .object({
    subject: z.string(),
    html: z.string().nullable(),
    text: z.string(),
    summary: z.string(),
    sms: z.string(),
    link: z.string().nullable(),
  })
  .meta({ id: 'RenderedNotification' });

const version = z.coerce.number().int().min(0).max(MAX_INTEGER);
const readers = ['admin', 'executive', 'ops'] as const;
const editors = ['admin', 'executive'] as const;

export const notificationTemplate = resource({
  id: 'notificationTemplate',
  name: 'Notification template',
  description: 'Texts of notifications in Liquid and MJML: defaults, and versions of the company.',
  locate: { operation: 'list', id: 'name', shown: ['title', 'name'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/notification-templates',
      summary: 'List the templates',
      access: readers,
      list: true,
      input: z.object(page),
      output: listOf(listed),
    }),
    get: operation({
      method: 'GET',
      path: '/notification-templates/{name}',
      summary: 'Get a template',
      description: 'What is sent now, unless a version is asked for; 0 is the default.',
      access: readers,
      input: z.object({ name: templateName, version: version.optional() }),
      output: detail,
      errors: ['NOT_FOUND'],
    }),
    listVersions: operation({
      method: 'GET',
      path: '/notification-templates/{name}/versions',
      summary: "List the company's versions of a template",
      access: readers,
      list: true,
      input: z.object({ name: templateName, ...page }),
      output: listOf(
        z.object({
          version: z.number().int(),
          comment: z.string(),
          createdBy: z.string(),
          createdAt: timestamp,
          publishedAt: timestamp.nullable(),
          publishedBy: z.string().nullable(),
          isPublished: z.boolean(),
        }),
      ),
    }),
    save: operation({
      method: 'POST',
      path: '/notification-templates/{name}/versions',
      summary: 'Save a new version of a template',
      description: 'It is filled in with its sample first. It is not sent before it is published.',
      access: editors,
      status: 201,
      bodyLimit: '1mb',
      input: z.object({
        name: templateName,
        content: z
          .record(z.string(), z.unknown())
          .describe(
            'title, category, critical, channels, sample, and locales with subject, mjml, text, summary, sms and link',
          ),
        expectedVersion: version.describe('The newest version that you know; 0 for the first'),
        comment: prose(3, 500),
      }),
      output: z.object({ name: z.string(), version: z.number().int() }),
      errors: ['TEMPLATE_INVALID', 'CONFLICT'],
      hints: { content: { multiline: true } },
    }),
    edit: operation({
      method: 'POST',
      path: '/notification-templates/{name}/texts',
      summary: 'Change the texts of a template in one language',
      description:
        'Saves a new version that differs from the newest, or from the default, in these texts alone.',
      access: editors,
      status: 201,
      input: z.object({
        name: templateName,
        locale: locale.default('en'),
        expectedVersion: version.describe('The newest version that you know; 0 when there is none'),
        subject: z.string().min(1).max(300).optional(),
        mjml: z.string().max(60_000).optional(),
        text: z.string().min(1).max(20_000).optional(),
        summary: z.string().max(1_000).optional(),
        sms: z.string().max(1_000).optional(),
        comment: prose(3, 500),
      }),
      output: z.object({ name: z.string(), version: z.number().int() }),
      errors: ['NOT_FOUND', 'TEMPLATE_INVALID', 'CONFLICT'],
      hints: { mjml: { multiline: true }, text: { multiline: true } },
    }),
    publish: operation({
      method: 'POST',
      path: '/notification-templates/{name}/publish',
      summary: 'Publish a version of a template',
      description: 'It is sent from now on. Version 0 goes back to the default.',
      access: editors,
      input: z.object({ name: templateName, version }),
      output: z.object({ name: z.string(), publishedVersion: z.number().int().nullable() }),
      errors: ['NOT_FOUND', 'TEMPLATE_INVALID'],
    }),
    preview: operation({
      method: 'POST',
      path: '/notification-templates/{name}/preview',
      summary: 'Preview a template',
      description: 'A version, or texts that are not saved, with the sample or other data.',
      access: editors,
      repeatable: true,
      input: z.object({
        name: templateName,
        version: version.optional(),
        locale: locale.default('en'),
        data: z.record(z.string(), z.unknown()).optional(),
        subject: z.string().max(300).optional().describe('In place of the saved one; so for the other texts'),
        mjml: z.string().max(60_000).optional(),
        text: z.string().max(20_000).optional(),
      }),
      output: rendered,
      errors: ['NOT_FOUND', 'TEMPLATE_INVALID'],
      hints: { mjml: { multiline: true }, text: { multiline: true } },
    }),
    test: operation({
      method: 'POST',
      path: '/notification-templates/{name}/test',
      summary: 'Send a template to yourself with its sample',
      access: editors,
      status: 202,
      input: z.object({ name: templateName, version: version.optional(), locale: locale.default('en') }),
      output: z.object({ notificationId: id }),
      errors: ['NOT_FOUND', 'TEMPLATE_INVALID', 'PERSON_NEEDED'],
    }),
  },
});
