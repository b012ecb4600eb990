import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A transcript of Claude Code and those of its sub-agents, which are in a folder of its name. */
export function withSubAgents(transcript: string): string[] {
  const folder = join(transcript.replace(/\.jsonl$/, ''), 'subagents');
  return [transcript, ...jsonLinesIn(folder).map((name) => join(folder, name)), ...agentsBeside(transcript)];
}

/** Versions before 2.1 wrote them beside the transcript. Those of other sessions that come along are new as well. */
function agentsBeside(transcript: string): string[] {
  const folder = dirname(transcript);
  return jsonLinesIn(folder)
    .filter((name) => name.startsWith('agent-'))
    .map((name) => join(folder, name))
    .filter((path) => path !== transcript);
}

function jsonLinesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  } catch {
    return [];
  }
}
