import { z } from 'zod';
import { companyId } from '../../../contract/company-id.ts';
import { day, id, prose, timestamp } from '../../../contract/schemas.ts';
import { judgementView } from '../../../judgement/schema.ts';
import { AUDITS, CATEGORIES, STATES, STEPS } from './states.ts';

export const quarterHours = z
  .number()
  .positive('must be more than 0')
  .max(24, 'must be at most 24')
  .multipleOf(0.25, 'must be in quarters of an hour');

const person = z.object({ builderId: z.string(), name: z.string(), email: z.string(), team: z.string() });

export const approvalView = z
  .object({
    approvalId: id,
    version: z.number().int(),
    state: z.enum(STATES),
    builder: person,
    date: day,
    hours: z.number().describe('The requested hours'),
    payableHours: z.number().describe('What is paid: 0 unless it is approved'),
    startsAt: timestamp.nullable(),
    endsAt: timestamp.nullable(),
    category: z.enum(CATEGORIES),
    projectId: z.string().nullable(),
    justification: z.string(),
    submittedBy: z.string(),
    submittedAt: timestamp,
    engine: z.enum(['rules', 'model', 'human']).nullable().describe('Who decided last'),
    proposal: z
      .enum(['approve', 'reject'])
      .nullable()
      .describe('What the engine would decide; a person confirms or refuses it'),
    confidence: z
      .number()
      .nullable()
      .describe('Of the engine, 0.5 to 1, in what it decided or proposes; null otherwise'),
    reason: z.string().nullable().describe('Why it was decided so, or why a person has to'),
    decidedBy: z.string().nullable(),
    decidedAt: timestamp.nullable(),
    judgementId: id.nullable(),
    approverGroup: z.object({ groupId: id, name: z.string() }).nullable(),
    approvers: z
      .array(z.string())
      .describe('E-mail addresses of the approvers who may decide it now, in addition to executives'),
    dueAt: timestamp.nullable().describe('When it is escalated'),
    escalated: z.boolean(),
    appeal: z.string().nullable(),
    contested: z.boolean().describe('The builder contests that fewer hours were approved than requested'),
    audit: z.enum(AUDITS).nullable().describe('Whether an automatic decision is selected for spot-check'),
    link: z.string().nullable().describe('The request in the dashboards, where DASHBOARDS_URL is set'),
  })
  .meta({ id: 'Approval' });

const step = z.object({
  at: timestamp,
  step: z.enum(STEPS),
  by: z.string(),
  engine: z.enum(['rules', 'model', 'human']),
  hours: z.number().nullable(),
  reason: z.string().nullable(),
});

const attachment = z.object({
  name: z.string(),
  contentType: z.string(),
  bytes: z.number().int(),
  state: z
    .enum(['receiving', 'scanning', 'ready', 'quarantined', 'rejected', 'scan_failed', 'deleted'])
    .describe('Only what is ready can be downloaded'),
  url: z.string().describe('Signed; valid for 15 minutes'),
});

export const detail = approvalView
  .extend({
    attachments: z.array(attachment),
    history: z.array(step),
    judgement: judgementView.nullable(),
  })
  .meta({ id: 'ApprovalDetail' });

/** The fields of a request. */
export const request = {
  date: day.describe('The day on which the time was worked'),
  hours: quarterHours.describe('Hours, in quarters'),
  startsAt: timestamp
    .optional()
    .describe('When the work began, to check it against tracked time to the minute'),
  category: z.enum(CATEGORIES),
  projectId: companyId.optional().describe('The project it was worked on'),
  justification: prose(1, 4000).describe('What was done, and why it was not tracked'),
};
/** How forms show it. */
export const requestHints = {
  justification: { multiline: true },
  startsAt: { label: 'Started at' },
} as const;

/** The same, where what is left out stays as it is or is not needed. */
export const partialRequest = Object.fromEntries(
  Object.entries(request).map(([name, field]) => [name, field.optional()]),
) as { [K in keyof typeof request]: z.ZodOptional<(typeof request)[K]> };
