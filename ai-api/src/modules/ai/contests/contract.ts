import { z } from 'zod';
import { companyId } from '../../../contract/company-id.ts';
import { operation, resource, STAFF } from '../../../contract/operation.ts';
import type { Reveals } from '../../../contract/reveals.ts';
import { flag, id, listOf, MAX_INTEGER, page, reason, timestamp } from '../../../contract/schemas.ts';
import { GRADES } from '../../../judgement/grade.ts';

/** Not reviewers and readers of everything: a contest may be of a week that only its builder has yet. */
const READERS = ['admin', 'executive', 'ops', 'builder'] as const;

const STATES = ['open', 'upheld', 'changed', 'withdrawn'] as const;

const path = z
  .string()
  .max(80)
  .regex(/^[a-z]\w*\.[a-z]\w*$/i, 'must be a fact such as week.hoursWorked')
  .meta({ example: 'week.hoursWorked' });
const value = z.union([z.number(), z.boolean(), z.string().max(2000)]);
/** A fact with the value that a person says is right. */
const claim = z.object({
  path: path.describe('Path of the fact, as the judgement names it'),
  value: value.describe('The value that is right'),
});
const claims = z.array(claim).max(20);
const grade = z.enum(GRADES).exclude(['insufficient evidence']);

const contestView = z
  .object({
    contestId: id,
    version: z.number().int(),
    judgementId: id,
    kind: z.string(),
    subjectId: z.string(),
    builder: z.object({ builderId: z.string(), name: z.string() }),
    result: z.string().describe('What is contested, in words'),
    state: z.enum(STATES),
    reason: z.string(),
    facts: z.array(
      z.object({
        path: z.string(),
        name: z.string(),
        recorded: value.nullable().describe('What the judgement rests on; null where it was not known'),
        claimed: value.describe('What the person says is right'),
      }),
    ),
    openedAt: timestamp,
    dueAt: timestamp,
    isOverdue: z.boolean().describe('Past its deadline and escalated'),
    closedAt: timestamp.nullable(),
    decidedBy: z.string().nullable(),
    decision: z.string().nullable().describe('The reason that the decider gave'),
    resultId: id.nullable().describe('The judgement that took the place of the contested one'),
    sentTo: z
      .array(z.object({ what: z.enum(['mail', 'report']), to: z.string(), at: timestamp }))
      .describe('Where the old result had gone before it was changed'),
  })
  .meta({ id: 'Contest' });

const contestDetail = contestView
  .extend({
    asClaimed: z
      .object({ result: z.string(), grade: z.enum(GRADES), score: z.number().nullable() })
      .nullable()
      .describe('What the rules of that time say with the facts as claimed; null where none is claimed'),
  })
  .meta({ id: 'ContestDetail' });

const contestId = id.describe('The contest');
const seen = {
  contestId,
  version: z.number().int().min(1).max(MAX_INTEGER).describe('Version of the contest that you saw'),
};

const oneContest: Reveals = { what: 'contest', purpose: 'review', of: [{ builder: 'builder.builderId' }] };

export const contest = resource({
  id: 'contest',
  name: 'Contest',
  description: 'Judgements that the person whom they concern contests, and what became of it.',
  locate: { operation: 'list', id: 'contestId', shown: ['result', 'kind'] },
  operations: {
    create: operation({
      method: 'POST',
      path: '/judgements/{judgementId}/contest',
      summary: 'Contest a judgement',
      description:
        'By the person whom it concerns. A contested grade does not count until another person has decided. Facts that ' +
        'are wrong are named with the value that is right. A rejected request for time is appealed instead.',
      access: STAFF,
      own: 'handler',
      status: 201,
      reveals: oneContest,
      input: z.object({
        judgementId: id.describe('The judgement'),
        reason,
        facts: claims.optional().describe('Facts that are wrong, each with the value that is right'),
      }),
      output: contestView,
      errors: ['NOT_FOUND', 'PERSON_REQUIRED', 'CONTEST_REFUSED'],
      hints: { reason: { multiline: true } },
      simplified: ['contestId', 'state', 'dueAt'],
    }),
    list: operation({
      method: 'GET',
      path: '/contests',
      summary: 'List contests, newest first',
      description: 'Builders get their own.',
      access: READERS,
      own: { input: 'builderId' },
      list: true,
      reveals: { ...oneContest, of: [{ list: 'items', builder: 'builder.builderId' }] },
      input: z.object({
        builderId: companyId.optional().describe('Of this builder alone'),
        state: z.enum(STATES).optional(),
        overdue: flag.optional().describe('Only open ones that are past their deadline'),
        judgementId: id.optional().describe('Of this judgement alone'),
        ...page,
      }),
      output: listOf(contestView),
    }),
    get: operation({
      method: 'GET',
      path: '/contests/{contestId}',
      summary: 'Get a contest, with what the facts as claimed would lead to',
      access: READERS,
      own: { output: 'builder.builderId' },
      reveals: oneContest,
      input: z.object({ contestId }),
      output: contestDetail,
      errors: ['NOT_FOUND'],
    }),
    decide: operation({
      method: 'POST',
      path: '/contests/{contestId}/decision',
      summary: 'Decide a contest',
      description:
        'By a person who is not the subject and decided nothing of it before. With decision change, the facts that are ' +
        'accepted are judged anew by the rules of that time, unless a grade is given. The earlier judgement is kept.',
      decides: true,
      access: ['admin', 'executive'],
      reveals: oneContest,
      input: z.object({
        ...seen,
        decision: z.enum(['uphold', 'change']),
        reason: reason.describe('Reaches the person who contests'),
        facts: claims.optional().describe('Facts that you accept, with the value that is right'),
        grade: grade.optional().describe('The new grade, in kinds that grade'),
        hours: z
          .number()
          .min(0.25)
          .max(24)
          .multipleOf(0.25)
          .optional()
          .describe('Hours to approve, of a request for time'),
      }),
      output: contestView,
      errors: ['NOT_FOUND', 'CONFLICT', 'CONTEST_STATE', 'CONTEST_NOT_YOURS', 'PERSON_REQUIRED'],
      hints: { reason: { multiline: true } },
      simplified: ['contestId', 'state', 'resultId', 'sentTo'],
    }),
    withdraw: operation({
      method: 'POST',
      path: '/contests/{contestId}/withdraw',
      summary: 'Withdraw a contest',
      description: 'By the person who contests. The judgement counts again.',
      access: STAFF,
      own: 'handler',
      reveals: oneContest,
      input: z.object(seen),
      output: contestView,
      errors: ['NOT_FOUND', 'CONFLICT', 'CONTEST_STATE'],
      simplified: ['contestId', 'state'],
    }),
  },
});

/** What this module offers. */
export const contract = { contest };
