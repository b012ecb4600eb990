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

/** Whether a conversation is to be read, by its id and what its own row says. */
type Wanted = (id: string, row: Json) => boolean;

/** Takes the conversations out of a database, one after the other: a database may be larger than the memory. */
export function* cursorExtracts(
  rows: CursorRows,
  skips: Skips,
  isWanted: Wanted = () => true,
): Generator<CursorExtract> {
  const ids = new Set<string>();
  for (const [key, value] of rows.disk('composerData:')) {
    const composer = parsedRow(value, key, skips);
    if (composer === null) continue;
    const keyId = key.slice('composerData:'.length);
    const id = name(composer.composerId) ?? keyId;
    ids.add(id);
    if (isWanted(id, composer)) yield extractOf({ id, composer, bubbles: bubblesOf(rows, keyId, skips) });
  }
  for (const composer of itemObjects(rows, ITEM_COMPOSERS, 'allComposers', skips)) {
    const id = name(composer.composerId);
    const isHere = id !== null && list(composer.conversation).length > 0 && !ids.has(id);
    if (isHere && isWanted(id, composer)) yield extractOf({ id, composer, bubbles: {} });
  }
  for (const tab of itemObjects(rows, ITEM_CHATS, 'tabs', skips))
    if (isWanted(name(tab.tabId) ?? '', tab)) yield { format: 'cursor-extract', composers: [], tabs: [tab] };
}

const extractOf = (composer: CursorExtract['composers'][number]): CursorExtract => ({
  format: 'cursor-extract',
  composers: [composer],
  tabs: [],
});

/** Takes all conversations out of a database. */
export function extractCursor(rows: CursorRows, skips: Skips): CursorExtract {
  const extracts = [...cursorExtracts(rows, skips)];
  return {
    format: 'cursor-extract',
    composers: extracts.flatMap(({ composers }) => composers),
    tabs: extracts.flatMap(({ tabs }) => tabs),
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
