import { z } from 'zod';
import { CATEGORIES, CHANNELS } from '../vocabulary.ts';

export const templateName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,59}$/, 'must be lower-case words joined by hyphens, such as weekly-report');

/** A language such as `en` or `pt-BR`. */
export const locale = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language such as en or pt-BR');

/** The texts of a template in one language; all of them are Liquid. */
const texts = z.strictObject({
  subject: z.string().trim().min(1).max(300).describe('Subject of an e-mail, and title in the inbox'),
  mjml: z
    .string()
    .max(60_000)
    .optional()
    .describe('MJML: sections for the standard layout, or a whole document; without it the text is sent'),
  text: z.string().min(1).max(20_000).describe('The plain text of an e-mail'),
  summary: z
    .string()
    .max(1_000)
    .optional()
    .describe('One or two sentences for the inbox, a digest and a webhook'),
  sms: z.string().max(1_000).optional().describe('What a text message says; defaults to the summary'),
  link: z.string().max(2_000).optional().describe('Where the notification leads'),
});
export type Texts = z.output<typeof texts>;

const MAX_LOCALES = 20;

/** A template as people write it. */
export const content = z.strictObject({
  title: z.string().trim().min(1).max(100),
  description: z.string().max(500).default(''),
  category: z.enum(CATEGORIES).default('general'),
  critical: z
    .boolean()
    .default(false)
    .describe('Passes preferences, quiet hours and digests, and carries no link to unsubscribe'),
  channels: z
    .array(z.enum(CHANNELS))
    .min(1)
    .max(CHANNELS.length)
    .default(['email', 'inbox'])
    .describe('Channels that are used by default'),
  sample: z.record(z.string(), z.unknown()).default({}).describe('Data for the preview'),
  locales: z
    .record(locale, texts)
    .refine((given) => Object.keys(given).length <= MAX_LOCALES, `must have at most ${MAX_LOCALES} languages`)
    .refine(
      (given) => Object.hasOwn(given, 'en'),
      'must have the language en, which all others fall back to',
    ),
});
export type Content = z.output<typeof content>;
