import { ago, toolName } from './helpers.js';

/** Conversations as a table, the last active first. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((one) => ({
      id: one.id,
      title: `${one.private ? '🔒 ' : ''}${one.agentName ? `${one.agentName}: ` : ''}${one.title}`,
      person: one.mine ? 'Me' : one.ownerName,
      tool: toolName(one.tool),
      repository: one.repository ?? '—',
      messages: String(one.messages),
      active: ago(one.activeAt),
    })),
  };
}
