import { z } from 'zod';
import { companyId } from '../../../contract/company-id.ts';
import { operation, resource, STAFF } from '../../../contract/operation.ts';
import type { Reveals } from '../../../contract/reveals.ts';
import { flag, id, isoWeek, listOf, MAX_INTEGER, page, reason } from '../../../contract/schemas.ts';
import { judgementView } from '../../../judgement/schema.ts';
import { approver, deciders, managers } from './approvers/contract.ts';
import { approvalView, detail, partialRequest, quarterHours, request, requestHints } from './schema.ts';
import { settingsChange, settingsSchema } from './settings.ts';
import { AUDITS, STATES } from './states.ts';

const writers = ['admin', 'executive', 'builder', 'ops'] as const;
const approvalId = id.describe('The request');
const version = z.number().int().min(1).max(MAX_INTEGER).describe('Version of the request that you saw');
const builderId = companyId;
const requestIn = (list?: string): Reveals => ({
  what: 'request for manual time',
  purpose: 'approval',
  of: [{ ...(list === undefined ? {} : { list }), builder: 'builder.builderId', detail: 'date' }],
});
const oneRequest = requestIn();

export const approval = resource({
  id: 'approval',
  name: 'Approval',
  description: 'Requests for manual time: submitted by builders, triaged by the engine, decided by people.',
  locate: { operation: 'list', id: 'approvalId', shown: ['date', 'state'] },
  operations: {
    submit: operation({
      method: 'POST',
      path: '/approvals',
      summary: 'Submit a request for manual time',
      description:
        'For time that was worked but not tracked. A builder can request only their own time. A request that overlaps ' +
        'another open or approved one is refused.',
      access: writers,
      quota: { of: 'storage', by: 'handler' },
      own: { input: 'builderId' },
      status: 201,
      bodyLimit: '3mb',
      reveals: oneRequest,
      input: z.object({
        builderId: builderId.optional().describe('Whose time; defaults to your own'),
        ...request,
        attachments: z
          .array(
            z.object({
              name: z
                .string()
                .min(1)
                .max(200)
                .regex(/^[^/\\\p{Cc}]+$/u, 'must be a plain file name'),
              contentType: z.enum(['application/pdf', 'image/png', 'image/jpeg', 'text/plain']),
              base64: z.base64().max(700_000, 'must be at most 512 kB'),
            }),
          )
          .max(5)
          .default([])
          .describe('Files that show the work'),
      }),
      output: approvalView,
      errors: ['NOT_FOUND', 'APPROVAL_OVERLAP', 'BODY_TOO_LARGE', 'FILE_QUOTA_EXCEEDED'],
      hints: { ...requestHints, attachments: { file: 'list' } },
    }),
    list: operation({
      method: 'GET',
      path: '/approvals',
      summary: 'List requests for manual time',
      description: 'Newest first. Builders see their own.',
      access: STAFF,
      own: 'handler',
      list: true,
      reveals: requestIn('items'),
      input: z.object({
        state: z.enum(STATES).optional(),
        builderId: builderId.optional(),
        week: isoWeek.optional().describe('ISO week of the day worked'),
        waiting: flag.optional().describe('Only those that wait for a person'),
        mine: flag.optional().describe('Only those that wait for your decision'),
        audit: z.enum(AUDITS).optional(),
        escalated: flag.optional(),
        proposed: flag.optional().describe('Only those that wait with a proposal of the engine'),
        ...page,
      }),
      output: listOf(approvalView),
    }),
    counts: operation({
      method: 'GET',
      path: '/approvals/counts',
      summary: 'Count requests for the inbox',
      access: STAFF,
      own: 'handler',
      input: z.object({}),
      output: z
        .object({
          states: z.record(z.enum(STATES), z.number().int()),
          mine: z.number().int().describe('Waiting for your decision'),
          overdue: z.number().int(),
          auditDue: z.number().int(),
          proposals: z.object({
            waiting: z.number().int().describe('Wait for a person with a proposal of the engine'),
            confirmed: z.number().int().describe('Decided as proposed, in the last 30 days'),
            refused: z.number().int().describe('Decided otherwise, in the last 30 days'),
          }),
          people: z
            .object({
              decided: z.number().int(),
              minutes: z.number().int().describe('Estimated by the setting decisionMinutes'),
              medianHours: z.number().nullable().describe('From the request to the decision'),
            })
            .describe('What people decided in the last 30 days, and what it cost'),
          automatic: z.object({
            decided: z.number().int().describe('Decided by the engine alone'),
            overturned: z.number().int().describe('Of those, changed by a person afterwards'),
          }),
        })
        .meta({ id: 'ApprovalCounts' }),
    }),
    payable: operation({
      method: 'GET',
      path: '/approvals/payable',
      summary: 'List the payable manual hours of a week by builder',
      description: 'Approved time only: what is undecided is not payable.',
      access: ['admin', 'executive', 'ops', 'readonly'],
      list: true,
      reveals: {
        what: 'approved hours',
        purpose: 'administration',
        of: [{ list: 'items', builder: 'builderId' }],
      },
      input: z.object({
        week: isoWeek.optional().describe('ISO week; defaults to the last complete week'),
        ...page,
      }),
      output: listOf(
        z.object({
          builderId: z.string(),
          name: z.string(),
          hours: z.number(),
          undecidedHours: z.number().describe('Requested and not decided yet'),
        }),
      ),
    }),
    getSettings: operation({
      method: 'GET',
      path: '/approvals/settings',
      summary: "Get the company's settings for manual time",
      access: STAFF,
      own: 'anyone',
      input: z.object({}),
      output: settingsSchema,
    }),
    setSettings: operation({
      method: 'PUT',
      path: '/approvals/settings',
      summary: "Change the company's settings for manual time",
      description: 'Fields that are left out stay as they are.',
      access: managers,
      input: settingsChange,
      output: settingsSchema,
    }),
    get: operation({
      method: 'GET',
      path: '/approvals/{approvalId}',
      summary: 'Get a request with its history, files and judgement',
      access: STAFF,
      own: 'handler',
      reveals: oneRequest,
      input: z.object({ approvalId }),
      output: detail,
      errors: ['NOT_FOUND'],
      simplified: ['approvalId', 'state', 'hours', 'reason', 'confidence', 'version'],
    }),
    triage: operation({
      method: 'POST',
      path: '/approvals/triage',
      summary: 'Let the engine decide a request',
      description:
        'Rules over the database first. Where they need what the justification claims, a model finds the claims and ' +
        'rules hold them against the records. Sure enough, it approves. It never rejects: it proposes that to a person, with its reasons. What contradicts ' +
        'the records (wrong day, tracked or requested already) is handed back as incomplete. Without an id it ' +
        'judges the request given here and stores no request. A request that was already triaged is returned as it is.',
      access: writers,
      own: 'handler',
      reveals: requestIn('approval'),
      input: z.object({
        approvalId: approvalId.optional(),
        builderId: builderId.optional().describe('Whose time, without an id'),
        ...partialRequest,
      }),
      output: z
        .object({
          decision: z
            .enum(['approve', 'reject', 'review', 'incomplete'])
            .describe('reject only of a request that a person rejected before'),
          proposal: z
            .enum(['approve', 'reject'])
            .nullable()
            .describe('With review: what the engine would decide'),
          confidence: z.number().nullable(),
          reasoning: z.string(),
          engine: z.enum(['rules', 'model', 'human']),
          approval: approvalView.nullable().describe('Null for a request given inline'),
          judgement: judgementView,
        })
        .meta({ id: 'ApprovalTriage' }),
      errors: ['NOT_FOUND', 'APPROVAL_OVERLAP'],
      hints: requestHints,
    }),
    override: operation({
      method: 'POST',
      path: '/approvals/override',
      summary: 'Decide a request as a person',
      description:
        'By a member of its approver group, an executive or an administrator; never by the requester. Takes the ' +
        'version you saw: of two concurrent decisions one wins; the other gets an error with the decision. Also changes ' +
        'a decision that was made.',
      decides: true,
      access: deciders,
      own: 'anyone',
      reveals: oneRequest,
      input: z.object({
        approvalId,
        version,
        decision: z.enum(['approve', 'reject']),
        reason: reason
          .optional()
          .describe(
            'Needed to reject, to change what was decided, and to approve beyond the limit of a week',
          ),
        hours: quarterHours.optional().describe('Approve different hours than requested'),
      }),
      output: approvalView,
      errors: [
        'NOT_FOUND',
        'CONFLICT',
        'CONTESTED',
        'APPROVAL_NOT_YOURS',
        'APPROVAL_STATE',
        'APPROVAL_OVERLAP',
        'APPROVAL_IMPOSSIBLE',
        'PERSON_REQUIRED',
      ],
      hints: { reason: { multiline: true } },
    }),
    bulk: operation({
      method: 'POST',
      path: '/approvals/bulk',
      summary: 'Decide several requests as a person',
      description:
        'Each on its own: a request that cannot be decided returns its problem, the others are decided. With ' +
        'confirm each is decided as the engine proposed, and its reasons become the reason of the decision.',
      decides: true,
      access: deciders,
      own: 'anyone',
      reveals: requestIn('decided'),
      input: z.object({
        items: z.array(z.object({ approvalId, version })).min(1).max(100),
        decision: z.enum(['approve', 'reject', 'confirm']),
        reason: reason.optional(),
      }),
      output: z
        .object({
          decided: z.array(approvalView),
          refused: z.array(z.object({ approvalId: id, code: z.string(), detail: z.string() })),
        })
        .meta({ id: 'ApprovalBulk' }),
      errors: ['PERSON_REQUIRED'],
      hints: { reason: { multiline: true } },
    }),
    confirm: operation({
      method: 'POST',
      path: '/approvals/confirm',
      summary: 'Confirm an automatic decision selected for spot-check',
      description:
        'To change the decision instead, override it. For executives, since no approver group was involved.',
      decides: true,
      access: managers,
      reveals: oneRequest,
      input: z.object({ approvalId, version }),
      output: approvalView,
      errors: [
        'NOT_FOUND',
        'CONFLICT',
        'CONTESTED',
        'APPROVAL_NOT_YOURS',
        'APPROVAL_STATE',
        'PERSON_REQUIRED',
      ],
    }),
    escalate: operation({
      method: 'POST',
      path: '/approvals/escalate',
      summary: 'Escalate a request now',
      description:
        'Escalates the request before its deadline, with a reason; for an approver who should not decide it. Once per request.',
      access: deciders,
      own: 'anyone',
      reveals: oneRequest,
      input: z.object({ approvalId, version, reason }),
      output: approvalView,
      errors: ['NOT_FOUND', 'CONFLICT', 'CONTESTED', 'APPROVAL_NOT_YOURS', 'APPROVAL_STATE'],
      hints: { reason: { multiline: true } },
    }),
    withdraw: operation({
      method: 'POST',
      path: '/approvals/withdraw',
      summary: 'Withdraw a request before it is decided',
      access: writers,
      own: 'handler',
      reveals: oneRequest,
      input: z.object({ approvalId, version }),
      output: approvalView,
      errors: ['NOT_FOUND', 'CONFLICT', 'CONTESTED', 'APPROVAL_STATE'],
    }),
    amend: operation({
      method: 'POST',
      path: '/approvals/amend',
      summary: 'Correct a request that was handed back',
      description: 'Fields that are left out stay as they are. The request is judged anew.',
      access: writers,
      own: 'handler',
      reveals: oneRequest,
      input: z.object({
        approvalId,
        version,
        ...partialRequest,
      }),
      output: approvalView,
      errors: ['NOT_FOUND', 'CONFLICT', 'CONTESTED', 'APPROVAL_STATE', 'APPROVAL_OVERLAP'],
      hints: requestHints,
    }),
    askPerson: operation({
      method: 'POST',
      path: '/approvals/ask-person',
      summary: 'Ask for a person to decide a request that was handed back',
      description:
        'For a request that is right although it contradicts the records. Approvers see the reason.',
      access: writers,
      own: 'handler',
      reveals: oneRequest,
      input: z.object({ approvalId, version, reason }),
      output: approvalView,
      errors: ['NOT_FOUND', 'CONFLICT', 'CONTESTED', 'APPROVAL_STATE', 'APPROVAL_OVERLAP'],
      hints: { reason: { multiline: true } },
    }),
    appeal: operation({
      method: 'POST',
      path: '/approvals/appeal',
      summary: 'Appeal a rejected request',
      description: 'Once per request. A different approver has to decide.',
      access: writers,
      own: 'handler',
      reveals: oneRequest,
      input: z.object({ approvalId, version, reason }),
      output: approvalView,
      errors: ['NOT_FOUND', 'CONFLICT', 'CONTESTED', 'APPROVAL_STATE', 'APPROVAL_OVERLAP'],
      hints: { reason: { multiline: true } },
    }),
  },
});

/** What this module offers. */
export const contract = { approval, approver };
