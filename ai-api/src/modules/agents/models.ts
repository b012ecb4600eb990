import type { ChatModel, Usage } from '../../models/chat.ts';
import type { TenantTransaction } from '../../platform/database/index.ts';
import type { Definition } from './schema.ts';

/** Instructions ready to be sent, and the versioned prompt they come from, if any. */
export interface Instructions {
  text: string;
  used: { name: string; version: number | string } | null;
}

/** What agents need of models and prompts. */
export interface AgentModels {
  /** The first of the providers that is configured; null when none is. */
  select(providers: readonly string[]): ChatModel | null;
  /** Micro-dollars; null for a model without a price. */
  costOf(model: string, usage: Usage): number | null;
  /** What an agent tells the model; null when its prompt is not there. */
  instructionsOf(
    transaction: TenantTransaction,
    tenantId: string,
    definition: Definition,
    subject: string,
  ): Promise<Instructions | null>;
}
