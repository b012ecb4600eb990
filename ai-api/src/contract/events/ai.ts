import { z } from 'zod';
import { id, timestamp } from '../schemas.ts';

const executionData = z.object({
  executionId: id,
  agentId: id,
  version: z.number().int(),
  tokensIn: z.number().int(),
  tokensOut: z.number().int(),
  costMicros: z.number().int().nullable(),
});

/** No texts: they may be confidential, and who may read them asks for the result. */
const validationEvent = z.object({
  resultId: id,
  ruleSet: z.string(),
  version: z.number().int(),
  source: z.string().describe('What asked, such as api or agent'),
  reference: z.string().nullable(),
});

/** What happens to questions to people, to agents and to prompts. */
export const decisionEvents = {
  'decision.requested': {
    title: 'Decision requested',
    description: 'Approvers were asked for a decision.',
    data: z.object({
      decisionId: id,
      title: z.string(),
      reference: z.string().nullable(),
      approvers: z.number().int(),
      expiresAt: timestamp,
    }),
  },
  'decision.made': {
    title: 'Decision made',
    description: 'The decision was approved or declined.',
    data: z.object({
      decisionId: id,
      title: z.string(),
      reference: z.string().nullable(),
      status: z.enum(['approved', 'declined']),
      via: z.enum(['link', 'api']),
      decidedAt: timestamp,
    }),
  },
  'decision.expired': {
    title: 'Decision expired',
    description: 'The decision was not made in time.',
    data: z.object({
      decisionId: id,
      title: z.string(),
      reference: z.string().nullable(),
      expiresAt: timestamp,
    }),
  },
  'decision.cancelled': {
    title: 'Decision cancelled',
    description: 'The question was withdrawn before it was decided.',
    data: z.object({ decisionId: id, title: z.string(), reference: z.string().nullable() }),
  },
  'agent.created': {
    title: 'Agent created',
    description: 'An agent was created.',
    data: z.object({ agentId: id, name: z.string(), version: z.number().int() }),
  },
  'agent.updated': {
    title: 'Agent updated',
    description: 'An agent has a new version.',
    data: z.object({ agentId: id, name: z.string(), version: z.number().int() }),
  },
  'agent.execution.completed': {
    title: 'Agent execution completed',
    description: 'An agent answered; the answer is read from the execution.',
    data: executionData,
  },
  'agent.execution.failed': {
    title: 'Agent execution failed',
    description: 'An execution of an agent failed; the event names the reason.',
    data: executionData.extend({ reason: z.string() }),
  },
  'prompt.version.created': {
    title: 'Prompt version created',
    description: 'A prompt has a new version; it is not used until it gets a label.',
    data: z.object({
      name: z.string(),
      version: z.number().int(),
      origin: z.enum(['person', 'optimizer', 'langfuse']),
    }),
  },
  'prompt.label.moved': {
    title: 'Prompt label moved',
    description:
      'A label was moved to another version of a prompt; the production version is used from the next run on.',
    data: z.object({
      name: z.string(),
      label: z.string(),
      from: z.number().int().nullable().describe('Null when no version had it'),
      to: z.number().int().nullable().describe('Null when the label was removed'),
    }),
  },
  'prompt.proposal.ready': {
    title: 'Prompt proposal ready',
    description: 'An optimization proposes a better version of a prompt, which a person accepts or rejects.',
    data: z.object({
      optimizationId: id,
      name: z.string(),
      baseVersion: z.number().int(),
      verdict: z.enum(['better', 'no difference shown', 'worse']),
    }),
  },
} as const;

/** What happens to rule sets, and to texts that are judged by them. */
export const validationEvents = {
  'validation.rules.published': {
    title: 'Validation rules published',
    description: 'Texts are judged by this version of a rule set from now on.',
    data: z.object({ ruleSet: z.string(), version: z.number().int() }),
  },
  'validation.failed': {
    title: 'Validation failed',
    description: 'A text did not pass a rule set, or a person has to decide.',
    data: validationEvent.extend({
      status: z.enum(['failed', 'unsure']),
      effect: z.string(),
      rules: z.array(z.string()).describe('Ids of the rules that it failed'),
    }),
  },
  'validation.decided': {
    title: 'Validation decided',
    description: 'A person decided on a text, in the place of its verdict.',
    data: validationEvent.extend({ status: z.enum(['passed', 'failed']) }),
  },
} as const;
