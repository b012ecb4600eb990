import type { InboxStore } from './inbox-store.ts';

/** The development inboxes of this process. */
const open = new Set<InboxStore>();

/** Makes an inbox known until it is closed. @returns how to forget it */
export function registerInbox(store: InboxStore): () => void {
  open.add(store);
  return () => void open.delete(store);
}

/** Deletes mails that name any of these texts, in the development inboxes of this process. @returns how many */
export function eraseFromOpenInboxes(texts: readonly string[]): number {
  let erased = 0;
  for (const store of open) erased += store.erase(texts);
  return erased;
}
