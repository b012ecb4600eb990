import { z } from 'zod';
import { type Attribution, type LineRange, merged } from './attribution.ts';

const agent = z.object({
  agent_id: z.object({ tool: z.string().max(100), id: z.string().min(1).max(1_000) }),
});
/** The second part of a note; people and older prompts without an agent are left out. */
const metadata = z.object({
  schema_version: z.string().regex(/^authorship\/3\./),
  prompts: z.unknown().optional(),
  sessions: z.unknown().optional(),
});

const RANGES = /^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/;
const MAX_LINE = 10_000_000;

/**
 * Reads an authorship note of git-ai, version 3 (`refs/notes/ai`): lines of each file by the sessions that wrote them.
 * What cannot be read gives nothing; a note is a courtesy of another tool.
 */
export function readGitAiNote(text: string): Attribution[] {
  const divider = /^---$/m.exec(text);
  if (!divider) return [];
  const described = parsed(text.slice(divider.index + 3));
  if (!described) return [];
  const sessions = new Map<string, Attribution>();
  let path: string | null = null;
  for (const line of text.slice(0, divider.index).split('\n')) {
    if (line !== '' && !line.startsWith(' ')) {
      path = line.replace(/^"(.*)"$/, '$1');
      continue;
    }
    const [, key = '', ranges = ''] = /^ {2}(\S+) (\S+)$/.exec(line) ?? [];
    const known = agent.safeParse(described.get(key.split('::')[0] ?? ''));
    if (path === null || !known.success || !RANGES.test(ranges)) continue;
    const { id, tool } = known.data.agent_id;
    const session = sessions.get(id) ?? { source: 'git-ai', sessionId: id, tool, files: [] };
    sessions.set(id, session);
    session.files.push({ path, ranges: rangesOf(ranges) });
  }
  return merged([...sessions.values()]);
}

function parsed(text: string): Map<string, unknown> | null {
  try {
    const { prompts, sessions } = metadata.parse(JSON.parse(text));
    return new Map([...entriesOf(prompts), ...entriesOf(sessions)]);
  } catch {
    return null;
  }
}

/** Own keys alone, whatever they are called. */
function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function rangesOf(text: string): LineRange[] {
  return text.split(',').flatMap((part): LineRange[] => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return first >= 1 && last >= first && last <= MAX_LINE ? [[first, last]] : [];
  });
}
