import { z } from 'zod';
import { operation, resource } from '../../../../contract/operation.ts';
import { listOf, page, timestamp } from '../../../../contract/schemas.ts';

const admin = ['admin'] as const;
const readers = ['admin', 'executive'] as const;

const days = z.number().int().nullable();
const retentionView = z
  .object({
    kind: z.string(),
    module: z.string().describe('Which part of the product keeps it'),
    title: z.string(),
    days: days.describe('What is chosen; null: kept for ever'),
    inForceDays: days.describe('By what data is deleted now; null: for ever'),
    inForceFrom: timestamp.nullable().describe('When `days` takes effect, where it is shorter'),
    defaultDays: days,
    minDays: z.number().int(),
    maxDays: z.number().int(),
    planDays: days.describe('The most that the plan of the company allows; null: no limit'),
    floor: z.string().nullable().describe('Why it is kept for `minDays` at least'),
    keeps: z.string().nullable().describe('What stays on purpose when records of this kind go'),
    follows: z.string().nullable().describe('The kind whose period it has'),
    tables: z.array(z.string()),
    setBy: z.string().nullable(),
    setAt: timestamp.nullable(),
    needsDryRun: z.boolean().describe('A shorter period is chosen, and deletes nothing before a dry run'),
    dryRunAt: timestamp.nullable(),
    dryRunCount: z.number().int().nullable(),
    ranAt: timestamp.nullable(),
    ranCount: z.number().int().nullable().describe('Records that the last run deleted'),
  })
  .meta({ id: 'RetentionPolicy' });

const preview = z
  .object({
    items: z.array(
      z.object({
        kind: z.string(),
        title: z.string(),
        days,
        before: timestamp.nullable().describe('What is older would be deleted; null: nothing'),
        count: z.number().int(),
        oldest: timestamp.nullable(),
      }),
    ),
    total: z.number().int(),
    holds: z.array(z.string()).describe('Legal holds, while which nothing is deleted'),
  })
  .meta({ id: 'RetentionPreview' });

const ran = z
  .object({
    items: z.array(
      z.object({
        kind: z.string(),
        title: z.string(),
        removed: z.number().int(),
        before: timestamp.nullable(),
        isDone: z.boolean().describe('False where more is left to delete'),
        skipped: z
          .enum(['hold', 'failed'])
          .nullable()
          .describe('Why it was not carried out to the end, where that has a reason'),
      }),
    ),
    total: z.number().int(),
    isComplete: z.boolean().describe('False where a later run has to go on'),
  })
  .meta({ id: 'RetentionRun' });

const kind = z.string().min(1).max(64).describe('Kind of data').meta({ example: 'agent-executions' });
const given = z.number().int().min(1).max(36_500).describe('Within the bounds of the kind');
const ofKind = { kind: { choices: { operation: 'retention.list', value: 'kind' } } } as const;

export const retention = resource({
  id: 'retention',
  name: 'Retention',
  description:
    'How long each kind of data is kept. It is applied every night. A shorter period deletes from the night after a ' +
    'dry run of it on; a longer one counts at once.',
  locate: { operation: 'list', id: 'kind', shown: ['kind', 'title'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/privacy/retention',
      summary: 'List how long each kind of data is kept',
      access: readers,
      list: true,
      input: z.object(page),
      output: listOf(retentionView),
    }),
    set: operation({
      method: 'PUT',
      path: '/privacy/retention/{kind}',
      summary: 'Set how long a kind of data is kept',
      description:
        'A shorter period needs a dry run, or the count of a preview. CONFLICT says that another number would be ' +
        'deleted by now.',
      access: admin,
      input: z.object({
        kind,
        days: given
          .nullable()
          .describe('Null for ever, where the kind allows it and the plan has no limit')
          .meta({ example: 90 }),
        previewed: z
          .number()
          .int()
          .min(0)
          .max(2_147_483_647)
          .optional()
          .describe('The total that `retention.preview` answered for these days'),
      }),
      output: retentionView,
      errors: ['NOT_FOUND', 'CONFLICT'],
      hints: ofKind,
    }),
    preview: operation({
      method: 'GET',
      path: '/privacy/retention/preview',
      summary: 'Count what retention would delete',
      description: 'By the periods in force, or of one kind by other days. Nothing is written.',
      access: readers,
      input: z.object({
        kind: kind.optional().describe('All kinds without it'),
        days: z.coerce
          .number()
          .int()
          .min(1)
          .max(36_500)
          .optional()
          .describe('In place of the days in force; needs `kind`')
          .meta({ example: 90 }),
      }),
      output: preview,
      errors: ['NOT_FOUND'],
      hints: ofKind,
    }),
    dryRun: operation({
      method: 'POST',
      path: '/privacy/retention/{kind}/dry-run',
      summary: 'Count what a shorter period deletes, and let it begin',
      description: 'A shorter period counts from the first night after a dry run on.',
      access: admin,
      input: z.object({ kind }),
      output: retentionView,
      errors: ['NOT_FOUND'],
      hints: ofKind,
    }),
    run: operation({
      method: 'POST',
      path: '/privacy/retention/run',
      summary: 'Delete what is older than it is kept',
      description:
        'What happens every night, now, for this company, and for twenty seconds at most. A shorter period that does ' +
        'not count yet deletes nothing.',
      access: admin,
      input: z.object({}),
      output: ran,
    }),
  },
});
