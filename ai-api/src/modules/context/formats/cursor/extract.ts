import type { Skips } from '../lines.ts';
import { isObject, type Json, list, name, object, parsed } from '../values.ts';

/** Key and value tables of one of Cursor's databases, of which only the rows of conversations are read. */
export interface CursorRows {
  /** Value of a key in `ItemTable`; null when there is none. */
  item(key: string): string | null;
  /** Rows of `cursorDiskKV` whose key begins so, in the order of the keys. */
  disk(prefix: string): Iterable<[key: string, value: string | null]>;
}

/** What is needed of a database: nothing else in it, such as credentials, leaves it. */
export interface CursorExtract {
  format: 'cursor-extract';
  /** Conversations, each with its bubbles by the last part of their key. */
  composers: { id: string; composer: Json; bubbles: Record<string, Json> }[];
  /** Chats of 2024. */
  tabs: Json[];
}

const ITEM_COMPOSERS = 'composer.composerData';
const ITEM_CHATS = 'workbench.panel.aichat.view.aichat.chatdata';

/** Takes the conversations out of a database; of one conversation, when its id is given. */
export function extractCursor(rows: CursorRows, skips: Skips, composerId = ''): CursorExtract {
  const stored = [...rows.disk(`composerData:${composerId}`)].flatMap(([key, value]) => {
    const composer = parsedRow(value, key, skips);
    if (composer === null) return [];
    const id = name(composer.composerId) ?? key.slice('composerData:'.length);
    return [{ id, composer, bubbles: bubblesOf(rows, key.slice('composerData:'.length), skips) }];
  });
  const ids = new Set(stored.map(({ id }) => id));
  const inline = itemObjects(rows, ITEM_COMPOSERS, 'allComposers', skips)
    .filter((composer) => list(composer.conversation).length > 0)
    .map((composer) => ({ id: name(composer.composerId) ?? '', composer, bubbles: {} }))
    .filter(({ id }) => id !== '' && !ids.has(id) && id.startsWith(composerId));
  return {
    format: 'cursor-extract',
    composers: [...stored, ...inline],
    tabs: itemObjects(rows, ITEM_CHATS, 'tabs', skips),
  };
}

/** Reads a file that {@link extractCursor} wrote. Parts of another shape are left out. */
export function parseExtract(document: unknown, skips: Skips): CursorExtract {
  const { composers, tabs } = object(document);
  return {
    format: 'cursor-extract',
    composers: list(composers).flatMap((entry, index) => {
      const { id, composer, bubbles } = object(entry);
      if (typeof id === 'string' && isObject(composer))
        return [{ id, composer, bubbles: objectsByKey(bubbles) }];
      skips.add(`composers.${index}`, 'is not a conversation');
      return [];
    }),
    tabs: list(tabs).filter(isObject),
  };
}

function objectsByKey(value: unknown): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(object(value)).filter((entry): entry is [string, Json] => isObject(entry[1])),
  );
}

function bubblesOf(rows: CursorRows, composerKey: string, skips: Skips): Record<string, Json> {
  const prefix = `bubbleId:${composerKey}:`;
  const bubbles: [string, Json][] = [];
  for (const [key, value] of rows.disk(prefix)) {
    const bubble = parsedRow(value, key, skips);
    if (bubble !== null) bubbles.push([key.slice(prefix.length), bubble]);
  }
  return Object.fromEntries(bubbles);
}

function parsedRow(value: string | null, key: string, skips: Skips): Json | null {
  const row = parsed(value);
  if (isObject(row)) return row;
  skips.add(key, value === null ? 'is empty' : 'is not a JSON object');
  return null;
}

function itemObjects(rows: CursorRows, key: string, field: string, skips: Skips): Json[] {
  const value = rows.item(key);
  if (value === null) return [];
  const document = parsedRow(value, key, skips);
  return list(document?.[field]).filter(isObject);
}
