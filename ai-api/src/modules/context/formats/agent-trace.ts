import { type Attribution, merged } from './attribution.ts';
import type { AgentTrace } from './schema.ts';

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
  return merged([...sessions.values()]);
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
