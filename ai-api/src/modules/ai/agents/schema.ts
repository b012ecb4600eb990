import { z } from 'zod';
import { id, timestamp } from '../../../contract/schemas.ts';
import { promptUsed } from '../../../judgement/schema.ts';

export const EXECUTION_STATES = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const;
export type ExecutionState = (typeof EXECUTION_STATES)[number];

/** Longest input of one execution, in characters. */
export const MAX_INPUT_LENGTH = 50_000;

/** What an agent is: everything that a version fixes. */
export const definition = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^[\p{L}\p{N} _.-]+$/u, 'may hold letters, digits, spaces and _ . - only')
    .describe('Unique in the company'),
  purpose: z.string().trim().min(1).max(500).describe('Description for people'),
  providers: z
    .array(z.string().regex(/^[a-z][a-z0-9-]{0,49}$/, 'must be a provider such as openai'))
    .max(5)
    .describe("Asked in this order; the installation's own order when empty"),
  instructions: z
    .string()
    .trim()
    .min(1)
    .max(20_000)
    .nullable()
    .describe('Instructions to the model; null where a versioned prompt is used'),
  promptName: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .nullable()
    .describe('A versioned prompt, in place of instructions'),
  promptLabel: z
    .string()
    .regex(/^[a-z0-9_\-.]{1,36}$/, 'must be a label such as production')
    .describe('Which version of that prompt'),
  outputSchema: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('JSON Schema of its answers: an object; null for {"answer": text}'),
  maxInputTokens: z
    .number()
    .int()
    .min(100)
    .max(200_000)
    .describe('Estimated at four characters a token; older messages are left out to keep to it'),
  maxOutputTokens: z
    .number()
    .int()
    .min(16)
    .max(128_000)
    .nullable()
    .default(null)
    .describe('Longest answer, reasoning included where the model reasons; null for the limit of the model'),
  timeoutSeconds: z.number().int().min(1).max(600).describe('For one execution'),
  dailyCostMicros: z
    .number()
    .int()
    .min(0)
    .nullable()
    .describe('Micro-dollars a day (UTC), after which executions are refused; null for no limit of its own'),
  contextMessages: z.number().int().min(0).max(100).describe('Earlier messages that are included'),
  contextHours: z
    .number()
    .int()
    .min(1)
    .max(2160)
    .describe('How long after its last message a conversation expires'),
});
export type Definition = z.output<typeof definition>;

export const agentView = z
  .object({
    agentId: id,
    version: z.number().int(),
    ...definition.shape,
    archivedAt: timestamp.nullable(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Agent' });
export type AgentView = z.input<typeof agentView>;

export const versionView = z
  .object({
    version: z.number().int(),
    ...definition.shape,
    createdBy: z.string(),
    createdAt: timestamp,
  })
  .meta({ id: 'AgentVersion' });

export const executionView = z
  .object({
    executionId: id,
    agentId: id,
    version: z.number().int().describe('Version of the agent when the execution was requested'),
    contextId: id.nullable(),
    status: z.enum(EXECUTION_STATES),
    input: z.string(),
    output: z.record(z.string(), z.unknown()).nullable(),
    failure: z.object({ kind: z.string(), message: z.string() }).nullable(),
    prompt: promptUsed.nullable(),
    model: z.string().nullable().describe('The one that answered'),
    tokensIn: z.number().int(),
    tokensOut: z.number().int(),
    costMicros: z.number().int().nullable().describe('Micro-dollars; null where the model has no price'),
    latencyMs: z.number().int().nullable(),
    requestedBy: z.string(),
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    endedAt: timestamp.nullable(),
  })
  .meta({ id: 'AgentExecution' });
export type ExecutionView = z.input<typeof executionView>;

export const contextView = z
  .object({
    contextId: id,
    agentId: id,
    expiresAt: timestamp,
    createdAt: timestamp,
    messages: z
      .array(
        z.object({
          role: z.enum(['user', 'assistant']),
          content: z.string(),
          executionId: id,
          createdAt: timestamp,
        }),
      )
      .describe('Oldest first; at most the newest 200'),
  })
  .meta({ id: 'AgentContext' });
