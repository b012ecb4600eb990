import type { ChatModel } from '../../../models/chat.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Consumers } from './consumers.ts';
import type { Lookup } from './lookup.ts';
import type { PromptSource } from './source.ts';

/** Notifies subscribers, with the transaction. */
export type Publish = Events['publish'];

/** What versions, releases and serving share. */
export interface PromptParts {
  database: Database;
  consumers: Consumers;
  /** What past judgements are judged again with. */
  model: ChatModel | null;
  /** Calls to the model at once. */
  concurrency: number;
  /** Where the prompts of a tenant are kept; null for this database. */
  sourceOf: (tenantId: string) => PromptSource | null;
  lookup: Lookup;
  publish: Publish;
  now: () => Date;
}
