import { z } from 'zod';
import { httpUrl, milliseconds, text, whole } from './types.ts';

/** Traces, prompts and scores in Langfuse. */
export const langfuse = {
  LANGFUSE_BASE_URL: httpUrl
    .optional()
    .describe('Langfuse 4 or newer, for traces and scores; nothing is sent by default'),
  LANGFUSE_PUBLIC_KEY: text.optional().describe('Needed with LANGFUSE_BASE_URL'),
  LANGFUSE_SECRET_KEY: text.optional().describe('Needed with LANGFUSE_BASE_URL'),
  LANGFUSE_PROMPT_TIMEOUT_MS: milliseconds(2_000).describe(
    'Time limit of one attempt to read or save a prompt in Langfuse; after that the copy in the database is used',
  ),
  LANGFUSE_TIMEOUT_MS: milliseconds(10_000).describe('For one request to Langfuse'),
  LANGFUSE_RETRY_SECONDS: whole(1, 3600, 15).describe(
    'First pause before a retry of sending to or reading from Langfuse; it doubles',
  ),
  LANGFUSE_ENVIRONMENT: z
    .string()
    .regex(/^(?!langfuse)[a-z0-9_-]{1,40}$/, 'must be up to 40 of a-z, 0-9, - and _')
    .optional()
    .describe('Name of this installation in Langfuse; defaults to NODE_ENV'),
  LANGFUSE_SAMPLE_RATE: z
    .string()
    .trim()
    .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'must be a share from 0 to 1 such as 0.25')
    .default('1')
    .transform(Number)
    .describe('Share of the judgements whose trace is exported; the ledger records all calls'),
};
