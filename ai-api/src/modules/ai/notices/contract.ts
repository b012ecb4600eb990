import { z } from 'zod';
import { companyId } from '../../../contract/company-id.ts';
import { operation, resource } from '../../../contract/operation.ts';
import { day, listOf, MAX_INTEGER, page, prose, timestamp } from '../../../contract/schemas.ts';
import { inForce, noticeContent, sections } from './schema.ts';

const readers = ['admin', 'executive', 'ops', 'readonly', 'council'] as const;
const publishers = ['admin', 'executive'] as const;

const kind = z.string().min(1).max(64).describe('Kind of judgement').meta({ example: 'evaluation' });
const version = z.coerce.number().int().min(1).max(MAX_INTEGER);
/** Forms offer the kinds that have a notice. */
const ofKind = { kind: { choices: { operation: 'notice.list', value: 'kind' } } } as const;

const text = {
  title: z.string(),
  content: noticeContent,
  sections,
  markdown: z.string().describe('The text as Markdown'),
};

const summary = z
  .object({
    kind: z.string(),
    title: z.string(),
    version: z.number().int().nullable().describe('The published version; null where none is published'),
    publishedAt: timestamp.nullable(),
    isCurrent: z.boolean().describe('The published version says what is in force now'),
    decides: noticeContent.shape.decides,
    builders: z.number().int().describe('Builders who have not left'),
    acknowledged: z.number().int().describe('Builders who acknowledged the published version'),
    informedOtherwise: z
      .number()
      .int()
      .describe('Builders who did not acknowledge it, and whom the company informed otherwise'),
    notInformed: z.number().int(),
  })
  .meta({ id: 'NoticeSummary' });

const published = z
  .object({
    kind: z.string(),
    version: z.number().int(),
    ...text,
    publishedAt: timestamp,
    publishedWith: inForce.describe('What judged when it was published'),
    inForce: inForce.describe('What judges now'),
    inForceLines: z.array(z.string()).describe('What judges now, in sentences'),
  })
  .meta({ id: 'Notice' });

const draft = z
  .object({
    kind: z.string(),
    ...text,
    digest: z.string().describe('Of the content; publish it with this'),
    isCurrent: z.boolean().describe('It is published already'),
    publishedVersion: z.number().int().nullable(),
    changes: z
      .array(z.object({ heading: z.string(), added: z.array(z.string()), removed: z.array(z.string()) }))
      .describe('What differs from the published version'),
    inForce,
    inForceLines: z.array(z.string()),
  })
  .meta({ id: 'NoticeDraft' });

const own = z
  .object({
    kind: z.string(),
    version: z.number().int(),
    title: z.string(),
    sections,
    markdown: z.string(),
    publishedAt: timestamp,
    inForceLines: z.array(z.string()).describe('What judges now, in sentences'),
    state: z.enum(['acknowledged', 'informed otherwise', 'open']),
    acknowledgedAt: timestamp.nullable(),
    informedOn: day.nullable().describe('The day on which the company says it informed you otherwise'),
    informedHow: z.string().nullable(),
  })
  .meta({ id: 'OwnNotice' });

export const notice = resource({
  id: 'notice',
  name: 'Notice',
  description:
    'What each kind of judgement tells the people whom it judges, by version, and who was informed.',
  locate: { operation: 'list', id: 'kind', shown: ['title', 'version'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/notices',
      summary: 'List the kinds that judge people, with their notices and how many people are informed',
      description: 'It names no person.',
      access: readers,
      list: true,
      input: z.object(page),
      output: listOf(summary),
    }),
    listMine: operation({
      method: 'GET',
      path: '/notices/mine',
      summary: 'List the published notices with whether you acknowledged them',
      access: ['builder'],
      own: 'handler',
      list: true,
      input: z.object(page),
      output: listOf(own),
    }),
    get: operation({
      method: 'GET',
      path: '/notices/{kind}',
      summary: 'Get the published notice of a kind',
      access: readers,
      input: z.object({
        kind,
        version: version.optional().describe('An earlier version; defaults to the newest'),
      }),
      output: published,
      errors: ['NOT_FOUND'],
      hints: ofKind,
      simplified: ['kind', 'version', 'title', 'markdown', 'publishedAt'],
    }),
    listVersions: operation({
      method: 'GET',
      path: '/notices/{kind}/versions',
      summary: 'List the published versions of a notice, newest first',
      access: readers,
      list: true,
      input: z.object({ kind, ...page }),
      output: listOf(published.pick({ kind: true, version: true, title: true, publishedAt: true })),
      errors: ['NOT_FOUND'],
      hints: ofKind,
    }),
    preview: operation({
      method: 'GET',
      path: '/notices/{kind}/preview',
      summary: 'Get what the notice of a kind says now, and what differs from the published version',
      access: readers,
      input: z.object({ kind }),
      output: draft,
      errors: ['NOT_FOUND'],
      hints: ofKind,
      simplified: ['kind', 'title', 'markdown', 'digest', 'isCurrent', 'changes'],
    }),
    publish: operation({
      method: 'POST',
      path: '/notices/{kind}/publish',
      summary: 'Publish the notice of a kind',
      description:
        'Makes the next version of what the notice says now. People acknowledge the new version anew. Where nothing ' +
        'changed, the published version stays.',
      access: publishers,
      input: z.object({
        kind,
        digest: z
          .string()
          .regex(/^[0-9a-f]{64}$/, 'must be the digest of a preview')
          .describe('Of the preview that you read: what changed since is refused'),
      }),
      output: published,
      errors: ['NOT_FOUND', 'CONFLICT'],
      hints: ofKind,
      simplified: ['kind', 'version', 'title', 'publishedAt'],
    }),
    send: operation({
      method: 'POST',
      path: '/notices/{kind}/send',
      summary: 'Send the published notice to the builders who are not informed',
      description: 'Once to each person and version, to the inbox and by e-mail.',
      access: publishers,
      input: z.object({ kind }),
      output: z
        .object({
          kind: z.string(),
          version: z.number().int(),
          sent: z.number().int(),
          sentBefore: z.number().int().describe('People whom this version was sent to before'),
        })
        .meta({ id: 'SentNotice' }),
      errors: ['NOT_FOUND'],
      hints: ofKind,
    }),
    acknowledge: operation({
      method: 'POST',
      path: '/notices/{kind}/acknowledge',
      summary: 'Acknowledge the published notice of a kind',
      description: 'It says that you have read it, not that you agree. Once for each version.',
      access: ['builder'],
      own: 'handler',
      input: z.object({ kind, version: version.describe('The version that you read') }),
      output: own,
      errors: ['NOT_FOUND', 'CONFLICT'],
      simplified: ['kind', 'version', 'title', 'state', 'acknowledgedAt'],
    }),
    recordInformed: operation({
      method: 'POST',
      path: '/notices/{kind}/informed',
      summary: 'Record that builders were informed otherwise, such as on paper',
      description: 'Your declaration is recorded in the audit trail, not checked.',
      access: publishers,
      input: z.object({
        kind,
        builderIds: z
          .array(companyId)
          .min(1)
          .max(500)
          .optional()
          .describe('These builders; defaults to all who are not informed'),
        version: version
          .optional()
          .describe('The version they were informed of; another published one answers CONFLICT'),
        on: day.describe('The day on which they were informed, not after today'),
        how: prose(3, 200, 'must say how they were informed').describe(
          'Such as: on paper, with the contract',
        ),
      }),
      output: z
        .object({ kind: z.string(), version: z.number().int(), recorded: z.number().int() })
        .meta({ id: 'RecordedInformed' }),
      errors: ['NOT_FOUND', 'CONFLICT'],
      hints: ofKind,
    }),
    listNotInformed: operation({
      method: 'GET',
      path: '/notices/{kind}/not-informed',
      summary: 'List the builders who are not informed of the published notice of a kind',
      description: 'All builders where none is published.',
      access: ['admin', 'executive', 'ops'],
      list: true,
      input: z.object({ kind, ...page }),
      output: listOf(
        z
          .object({ builderId: z.string(), name: z.string(), email: z.string(), team: z.string() })
          .meta({ id: 'NotInformedBuilder' }),
      ),
      errors: ['NOT_FOUND'],
      hints: ofKind,
    }),
  },
});

/** What this module offers. */
export const contract = { notice };
