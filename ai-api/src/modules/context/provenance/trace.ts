import { createHash } from 'node:crypto';
import type { AgentTrace } from '../formats/schema.ts';
import { linesOfPatch } from '../repositories/index.ts';
import type { BlamedLine, LineOrigin } from './origins.ts';

/** Lines that a commit adds, as its diffs number them. */
export function addedLines(
  sha: string,
  files: readonly { path: string; patch: string | null }[],
): BlamedLine[] {
  return files.flatMap(({ path, patch }) =>
    linesOfPatch(patch ?? '')
      .filter(({ isAdded }) => isAdded)
      .map(({ number, text }) => ({ sha, file: path, number, text })),
  );
}

/** A record of Agent Trace 0.1; the same commit and origins give the same record. */
export function traceOf(
  commit: { id: string; sha: string; committedAt: Date },
  lines: readonly BlamedLine[],
  origins: readonly (LineOrigin | null)[],
  address: (conversationId: string) => { url: string; model: string | null },
): AgentTrace {
  const files = new Map<string, Map<string, [number, number][]>>();
  for (const [at, line] of lines.entries()) {
    const origin = origins[at];
    if (origin?.match !== 'line' && origin?.match !== 'attributed') continue;
    const conversations = files.get(line.file) ?? new Map<string, [number, number][]>();
    files.set(line.file, conversations);
    const ranges = conversations.get(origin.conversationId) ?? [];
    conversations.set(origin.conversationId, ranges);
    const last = ranges.at(-1);
    if (last && last[1] === line.number - 1) last[1] = line.number;
    else ranges.push([line.number, line.number]);
  }
  return {
    version: '0.1.0',
    id: uuidOf(commit.id),
    timestamp: commit.committedAt.toISOString(),
    vcs: { type: 'git', revision: commit.sha },
    tool: { name: 'ai-manager' },
    files: [...files].map(([path, conversations]) => ({
      path,
      conversations: [...conversations].map(([conversationId, ranges]) => {
        const { url, model } = address(conversationId);
        return {
          url,
          contributor: { type: 'ai' as const, ...(model === null ? {} : { model_id: model.slice(0, 250) }) },
          ranges: ranges.map(([start_line, end_line]) => ({ start_line, end_line })),
        };
      }),
    })),
  };
}

/** A UUID that depends on the text alone (version 8). */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(`agent-trace ${text}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
