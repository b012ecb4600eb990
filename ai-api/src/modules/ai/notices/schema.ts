import { z } from 'zod';
import { GRADES } from '../../../judgement/grade.ts';
import { OVERSIGHT_MODES } from '../../../judgement/schema.ts';

/** What a notice tells people: a change of any of it makes a new version. */
export const noticeContent = z
  .object({
    kind: z.string(),
    title: z.string(),
    purpose: z.string().describe('What is judged, and what for'),
    facts: z.array(
      z.object({
        path: z.string(),
        name: z.string(),
        source: z.string().describe('Where it comes from'),
        isChangeable: z.boolean().describe('Explanations may say what another value would have changed'),
        isWritten: z.boolean().describe('A text that people write'),
      }),
    ),
    criteria: z
      .array(z.object({ title: z.string(), question: z.string(), decidesAlone: z.boolean() }))
      .describe('Empty where they are set for each case'),
    outcomes: z.array(
      z.object({
        name: z.string(),
        isAdverse: z.boolean().describe('Only a person decides it'),
      }),
    ),
    isGraded: z.boolean().describe('The outcomes are grades'),
    model: z
      .object({ reads: z.array(z.string()).describe('Names of the texts that it reads') })
      .nullable()
      .describe('Null where no model is used'),
    decides: z.object({
      mode: z
        .enum(OVERSIGHT_MODES)
        .nullable()
        .describe('How far engines may go; null where that cannot be changed'),
      gradeFloor: z.enum(GRADES).nullable().describe('A grade below it takes a person'),
      answerWindowHours: z.number().int().describe('Hours in which a result is its builder’s alone'),
      contestDays: z
        .number()
        .int()
        .nullable()
        .describe('Working days to decide a contest; null where it cannot be contested'),
      isExplained: z.boolean().describe('Each result has an explanation and a receipt'),
    }),
  })
  .meta({ id: 'NoticeContent' });
export type NoticeContent = z.infer<typeof noticeContent>;

/** What judges now. It is shown beside a notice, and a change of it makes no new version. */
export const inForce = z
  .object({
    rules: z.array(z.object({ key: z.string(), version: z.number().int() })),
    prompt: z.object({ name: z.string(), version: z.number().int() }).nullable(),
    model: z.string().nullable().describe('The model that is asked first; null for none'),
    thresholds: z.number().int().nullable().describe('Their version, in kinds that decide'),
  })
  .meta({ id: 'NoticeInForce' });
export type InForce = z.infer<typeof inForce>;

export const sections = z.array(z.object({ heading: z.string(), lines: z.array(z.string()) }));
export type Section = z.infer<typeof sections>[number];
