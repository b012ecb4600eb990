import { type Budget, ConversationBuilder } from '../builder.ts';
import type { Conversation } from '../model.ts';
import { type Json, name } from '../values.ts';

/**
 * Finds the conversation of a record. A session that continues another in the same file belongs to the first; a
 * sub-agent has a conversation of its own under it.
 */
export class Sessions {
  readonly #builders = new Map<string, ConversationBuilder>();
  /** Session id as the records have it → session id of the conversation. */
  readonly #roots = new Map<string, string>();
  /** Record id of a sub-agent without an id → its conversation. */
  readonly #sidechains = new Map<string, ConversationBuilder>();
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** The conversation of a record with `sessionId`; null for a record without one. */
  of(record: Json): ConversationBuilder | null {
    const sessionId = name(record.sessionId);
    if (sessionId === null) return null;
    const root = this.#rootOf(sessionId, name(record.parentUuid) ?? name(record.logicalParentUuid));
    const agentId = name(record.agentId);
    if (agentId !== null) return this.#agent(root, agentId, agentName(record) ?? agentId);
    return record.isSidechain === true ? this.#sidechain(root, record) : this.#open(root);
  }

  all(): ConversationBuilder[] {
    return [...this.#builders.values()];
  }

  finish(): Conversation[] {
    return this.all()
      .map((builder) => builder.finish())
      .filter(({ messages }) => messages.length > 0);
  }

  #rootOf(sessionId: string, parentUuid: string | null): string {
    const known = this.#roots.get(sessionId);
    if (known !== undefined) return known;
    const continued = parentUuid === null ? undefined : this.all().find((builder) => builder.has(parentUuid));
    const { parentSessionId, sessionId: owner } = continued?.conversation ?? {};
    const root = parentSessionId ?? owner ?? sessionId;
    this.#roots.set(sessionId, root);
    return root;
  }

  #open(sessionId: string): ConversationBuilder {
    const known = this.#builders.get(sessionId);
    if (known) return known;
    const builder = new ConversationBuilder('claude-code', sessionId, this.#budget);
    this.#builders.set(sessionId, builder);
    return builder;
  }

  #agent(root: string, agentId: string, agent: string): ConversationBuilder {
    const builder = this.#open(`${root}/${agentId}`);
    builder.conversation.parentSessionId = root;
    builder.conversation.agentName ??= agent;
    return builder;
  }

  /** Older versions wrote sub-agents without an id between the records of their parent. */
  #sidechain(root: string, record: Json): ConversationBuilder {
    const uuid = name(record.uuid) ?? 'sidechain';
    const parent = name(record.parentUuid);
    const builder = (parent !== null && this.#sidechains.get(parent)) || this.#agent(root, uuid, 'sub-agent');
    this.#sidechains.set(uuid, builder);
    return builder;
  }
}

function agentName(record: Json): string | null {
  return name(record.attributionAgent) ?? name(record.agentName);
}
