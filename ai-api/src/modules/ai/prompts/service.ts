import type { Kind } from '../../../judgement/index.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { Database } from '../../../platform/database/index.ts';
import { consumersOf } from './consumers.ts';
import { createLabels, type OnRollback } from './labels.ts';
import { createLookup } from './lookup.ts';
import type { PromptParts, Publish } from './parts.ts';
import { createReleases } from './releases.ts';
import { createServing } from './serving.ts';
import type { PromptSource } from './source.ts';
import { createVersions } from './versions.ts';

export interface PromptSettings {
  kinds: readonly Kind[];
  /** What past judgements are judged again with. */
  model: ChatModel | null;
  /** Calls to the model at once. */
  concurrency: number;
  publish: Publish;
  now: () => Date;
  /** Where prompts are kept, when not in this database. */
  source?: PromptSource | null;
}

export type Prompts = ReturnType<typeof createPrompts>;

/** Prompts by version: their texts, who changed them, and which version is used. */
export function createPrompts(
  database: Database,
  { kinds, model, concurrency, publish, now, source = null }: PromptSettings,
) {
  const consumers = consumersOf(kinds);
  const sourceOf = (tenantId: string) => (source?.serves(tenantId) ? source : null);
  const lookup = createLookup(consumers, sourceOf);
  const parts: PromptParts = { database, consumers, model, concurrency, sourceOf, lookup, publish, now };

  let endExperiment: OnRollback = async () => {};
  const onRollback: OnRollback = (...rollback) => endExperiment(...rollback);
  const labels = createLabels({
    database,
    sourceOf,
    ...lookup,
    publish,
    now,
    onRollback,
  });

  return {
    ...labels,
    ...createVersions(parts),
    ...createReleases(parts),
    ...createServing(parts),

    /** Says what ends an experiment that runs on a prompt which is rolled back. */
    onRollback: (end: OnRollback): void => {
      endExperiment = end;
    },

    /** Where prompts are kept outside, it is for this tenant alone. */
    claim: (tenantId: string): void => source?.claim(tenantId),

    /** Asks the source of prompts what is new, where that is not this database. Before a transaction, never in one. */
    refresh: async (tenantId: string, force = false): Promise<void> => {
      await sourceOf(tenantId)?.refresh(tenantId, { force });
    },
  };
}
