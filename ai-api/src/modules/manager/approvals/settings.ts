import { z } from 'zod';

/** Days for which imported work is kept, at least and at most. */
export const MIN_WORK_DAYS = 30;
export const MAX_WORK_DAYS = 1830;

const share = z.number().min(0).max(1);
const hours = (max: number) => z.number().min(0).max(max);

/** What a company decides about manual time. Each field has a default until it is set. */
export const settingsSchema = z
  .object({
    triage: z
      .enum(['automatic', 'manual'])
      .default('automatic')
      .describe('Whether every request is triaged when it comes in, or only when triage is asked for'),
    autoApproveMaxHours: hours(24).default(4).describe('Hours up to which the engine may approve alone'),
    routineHours: hours(24)
      .default(1)
      .describe('Hours up to which a good record replaces reading the justification'),
    weeklyCapHours: hours(168).default(50).describe('Tracked and approved hours of a week together'),
    oldestDays: z
      .number()
      .int()
      .min(1)
      .max(366)
      .default(30)
      .describe('How many days back time may be requested'),
    twoPersonHours: z
      .number()
      .min(0.25)
      .max(24)
      .default(10)
      .describe('Hours from which two people have to approve'),
    auditShare: share.default(0.05).describe('Share of automatic decisions selected for spot-check'),
    reminderHours: z
      .number()
      .int()
      .min(1)
      .max(720)
      .default(24)
      .describe('Hours until approvers are reminded'),
    deadlineHours: z
      .number()
      .int()
      .min(1)
      .max(720)
      .default(48)
      .describe('Hours until a request is escalated'),
    decisionMinutes: z
      .number()
      .int()
      .min(1)
      .max(480)
      .default(5)
      .describe('Minutes that a person takes to decide a request, to estimate what decisions cost'),
    workRecordDays: z
      .number()
      .int()
      .min(MIN_WORK_DAYS)
      .max(MAX_WORK_DAYS)
      .default(180)
      .describe('Days after which imported meetings, tickets and documents are deleted'),
  })
  .meta({ id: 'ApprovalSettings' });
export type ApprovalSettings = z.output<typeof settingsSchema>;

/** Fields that may be changed, without defaults. */
export const settingsChange = z.object(
  Object.fromEntries(
    Object.entries(settingsSchema.shape).map(([name, field]) => [name, field.unwrap().optional()]),
  ) as {
    [K in keyof typeof settingsSchema.shape]: z.ZodOptional<
      ReturnType<(typeof settingsSchema.shape)[K]['unwrap']>
    >;
  },
);
