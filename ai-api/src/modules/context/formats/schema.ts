import { z } from 'zod';

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
