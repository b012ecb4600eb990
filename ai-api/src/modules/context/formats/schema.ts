import { z } from 'zod';

/** A commit id, whole or at least seven digits of it. */
export const sha = z
  .string()
  .regex(/^[0-9a-f]{7,40}$/, 'must be 7 to 40 lower case hexadecimal digits')
  .meta({ example: '3f2a3f2a' });

/** A whole commit id. */
export const fullSha = z
  .string()
  .regex(/^[0-9a-f]{40}$/, 'must be 40 lower case hexadecimal digits')
  .meta({ example: '3f2a'.repeat(10) });

const line = z.number().int().min(1).max(10_000_000);

/** One record of Agent Trace 0.1, as far as it is read and written here. */
export const agentTrace = z.object({
  version: z
    .string()
    .regex(/^0\.1(\.\d+)?$/, 'must be 0.1')
    .meta({ example: '0.1.0' }),
  id: z.uuid(),
  timestamp: z.iso.datetime({ offset: true }),
  vcs: z.object({ type: z.string().max(10), revision: z.string().min(1).max(100) }).optional(),
  tool: z
    .object({ name: z.string().max(100).optional(), version: z.string().max(100).optional() })
    .optional(),
  files: z
    .array(
      z.object({
        path: z.string().min(1).max(1000),
        conversations: z
          .array(
            z.object({
              url: z.string().max(2000).optional(),
              contributor: z
                .object({
                  type: z.enum(['human', 'ai', 'mixed', 'unknown']),
                  model_id: z.string().max(250).optional(),
                })
                .optional(),
              ranges: z.array(z.object({ start_line: line, end_line: line })).max(5000),
              related: z
                .array(z.object({ type: z.string().max(100), url: z.string().max(2000) }))
                .max(100)
                .optional(),
            }),
          )
          .max(1000),
      }),
    )
    .max(3000),
});
export type AgentTrace = z.output<typeof agentTrace>;

/** Conversations and ranges of one trace over all of its files. */
const MAX_CONVERSATIONS = 5_000;
export const MAX_RANGES = 20_000;

/** A record as it is received. Lists inside of lists are bounded together. */
export const receivedTrace = agentTrace.superRefine(({ files }, context) => {
  const conversations = files.flatMap((file) => file.conversations);
  const ranges = conversations.flatMap((conversation) => conversation.ranges);
  const fault = (message: string) => context.addIssue({ code: 'custom', path: ['files'], message });
  if (conversations.length > MAX_CONVERSATIONS)
    fault(`must have at most ${MAX_CONVERSATIONS} conversations in all`);
  if (ranges.length > MAX_RANGES) fault(`must have at most ${MAX_RANGES} ranges in all`);
  if (ranges.some(({ start_line, end_line }) => end_line < start_line))
    fault('must have no range that ends before it begins');
});
