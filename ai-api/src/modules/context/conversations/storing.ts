import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Conversation } from '../formats/model.ts';
import type { Removed } from '../redaction/index.ts';
import { insertRedactions, writeMessages } from './message-store.ts';
import { classify, identified, type Placed } from './placing.ts';
import { claimRecords, knownRecords, lastPlace, NO_PLACE } from './record-store.ts';
import { messageIdOf } from './session.ts';
import type { ConversationRecord } from './store.ts';

/** Writes the messages that are new or have changed; `written` has their record ids. */
export async function storeMessages(
  transaction: TenantTransaction,
  conversation: ConversationRecord,
  source: Conversation,
  { isNew, isOlder, mayRestore }: { isNew: boolean; isOlder: boolean; mayRestore: boolean },
) {
  const tenantId = conversation.tenant_id;
  const ids = identified(tenantId, source).map(({ id }) => id);
  const records = await knownRecords(transaction, ids);
  const last = isNew ? NO_PLACE : await lastPlace(transaction, conversation.id);
  const found = classify(tenantId, source, conversation.id, records, last, {
    restore: mayRestore,
    isOlder,
  });
  const claimed = await claimRecords(
    transaction,
    conversation.id,
    [...found.added, ...found.changed].map(asRecord),
  );
  const added = found.added.filter(({ id }) => claimed.has(id));
  const messages = [...added, ...found.changed];
  const replaced = found.changed.map(({ id }) => id);
  await writeMessages(transaction, conversation, messages, replaced);
  return {
    written: new Set(messages.map(({ message }) => message.id)),
    continuesId: found.continuesId,
    added: added.length,
    changed: found.changed.length,
    unchanged: found.unchanged,
    elsewhere: found.elsewhere + found.added.length - added.length,
    removed: found.removed,
  };
}

/** Reports what was removed from the messages that were written. */
export function storeRedactions(
  transaction: TenantTransaction,
  tenantId: string,
  conversationId: string,
  source: Conversation,
  removed: readonly Removed[],
  written: ReadonlySet<string>,
): Promise<void> {
  const rows = removed
    .filter(({ recordId }) => recordId === null || written.has(recordId))
    .map(({ recordId, ...what }) => ({
      ...what,
      messageId: recordId === null ? conversationId : messageIdOf(tenantId, source, recordId),
    }));
  return insertRedactions(transaction, conversationId, rows);
}

function asRecord({ id, place, digest }: Placed) {
  return { id, place, digest };
}
