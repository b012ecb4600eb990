import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { id, listOf, page, reason } from '../../../contract/schemas.ts';
import { rules, scoring } from './rule/schema.ts';
import {
  action,
  approvers,
  data,
  maxReasks,
  request,
  resultView,
  ruleSetName,
  SOURCES,
  text,
  trialView,
  versionNumber,
} from './schema.ts';
import { MAX_REASKS, VERDICTS } from './vocabulary.ts';

const readers = ['admin', 'executive', 'ops', 'reviewer'] as const;
const hints = { text: { multiline: true }, request: { multiline: true } } as const;
const subject = z
  .string()
  .max(200)
  .regex(/^(builder|user):\S{1,190}$/, 'must be a person such as builder:b-001')
  .optional()
  .describe('The person that the text is about: found in exports, deleted by an erasure');

export const results = resource({
  id: 'validation',
  name: 'Validation',
  description: 'Verdicts on texts: what they fail, where, what would mend it, and what became of them.',
  locate: { operation: 'list', id: 'resultId', shown: ['ruleSet', 'createdAt'] },
  operations: {
    check: operation({
      method: 'POST',
      path: '/validations',
      summary: 'Validate a text',
      description:
        'Judges the text by a rule set and carries out the action when it does not pass. `effect` tells what to do ' +
        'next, `output` is the text to go on with.',
      access: ['admin', 'executive', 'ops', 'reviewer'],
      status: 201,
      reveals: { what: 'text that was checked', purpose: 'review', of: [{ subject: 'about' }] },
      input: z.object({
        ruleSet: ruleSetName.describe('Name of the rule set'),
        version: versionNumber.optional().describe('The published one when left out'),
        text,
        request,
        data,
        action,
        maxReasks,
        attempt: z
          .number()
          .int()
          .min(1)
          .max(MAX_REASKS + 1)
          .default(1)
          .describe('1, and one more each time the text was asked for again'),
        approvers,
        about: subject,
        reference: z.string().max(200).optional().describe('A name of yours for the text'),
      }),
      output: resultView,
      errors: ['NOT_FOUND', 'CONFLICT'],
      hints,
      simplified: ['resultId', 'status', 'score', 'effect', 'output', 'feedback'],
    }),
    try: operation({
      method: 'POST',
      path: '/validations/try',
      summary: 'Try rules on a text without saving either',
      description: 'Asks for rules, or for a rule set and a version of it. Nothing is kept.',
      access: readers,
      input: z.object({
        ruleSet: ruleSetName.optional().describe('A rule set, in place of rules'),
        version: versionNumber.optional().describe('The newest when left out'),
        rules: rules.optional(),
        scoring: scoring.optional(),
        text,
        request,
        data,
        action,
      }),
      output: trialView,
      errors: ['NOT_FOUND', 'VALIDATION_INVALID'],
      repeatable: true,
      hints,
    }),
    list: operation({
      method: 'GET',
      path: '/validations',
      summary: 'List verdicts, newest first',
      access: readers,
      list: true,
      reveals: {
        what: 'text that was checked',
        purpose: 'review',
        of: [{ list: 'items', subject: 'about' }],
      },
      input: z.object({
        ruleSet: ruleSetName.optional(),
        status: z.enum(VERDICTS).optional(),
        source: z.enum(SOURCES).optional(),
        ...page,
      }),
      output: listOf(resultView),
    }),
    get: operation({
      method: 'GET',
      path: '/validations/{resultId}',
      summary: 'Get a verdict',
      access: readers,
      reveals: { what: 'text that was checked', purpose: 'review', of: [{ subject: 'about' }] },
      input: z.object({ resultId: id }),
      output: resultView,
      errors: ['NOT_FOUND'],
      simplified: ['resultId', 'status', 'score', 'effect', 'output', 'feedback'],
    }),
    override: operation({
      method: 'POST',
      path: '/validations/{resultId}/override',
      summary: 'Decide on a text in the place of its verdict',
      description: 'The verdict is kept beside it. Thresholds are fitted to what people decide.',
      access: readers,
      reveals: { what: 'text that was checked', purpose: 'review', of: [{ subject: 'about' }] },
      input: z.object({ resultId: id, status: z.enum(['passed', 'failed']), reason }),
      output: resultView,
      errors: ['NOT_FOUND', 'CONFLICT'],
      hints: { reason: { multiline: true } },
    }),
  },
});
