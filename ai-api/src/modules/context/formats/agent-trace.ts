import { z } from 'zod';
import type { Attribution } from './attribution.ts';

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

/**
 * What a trace says about the commit that it names: a conversation is known by the last part of its address, or of the
 * address of its session.
 */
export function attributionsOfTrace({ files, tool }: AgentTrace): Attribution[] {
  const sessions = new Map<string, Attribution>();
  for (const { path, conversations } of files)
    for (const { url, related = [], contributor, ranges } of conversations) {
      if (contributor?.type === 'human') continue;
      const session = related.find(({ type }) => type === 'session')?.url;
      for (const sessionId of new Set([url, session].flatMap(idOf))) {
        const known = sessions.get(sessionId) ?? {
          source: 'agent-trace',
          sessionId,
          tool: tool?.name ?? null,
          files: [],
        };
        sessions.set(sessionId, known);
        known.files.push({ path, ranges: ranges.map(({ start_line, end_line }) => [start_line, end_line]) });
      }
    }
  return [...sessions.values()];
}

function idOf(url: string | undefined): string[] {
  const last = url
    ?.replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .split('/')
    .at(-1);
  return last && last.length >= 4 ? [decoded(last)] : [];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
