import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from 'node-sqlite3-wasm';
import { expect } from 'vitest';
import { importFile } from '../index.ts';
import type { Conversation } from '../model.ts';
import { cursorRows } from './files.ts';

/** The conversation of a file that has one. */
export function only(bytes: Uint8Array, fileName?: string): Conversation {
  const { conversations } = importFile(bytes, { fileName });
  expect(conversations).toHaveLength(1);
  return conversations[0] as Conversation;
}

/** Messages in short: who, what, and whom they answer. */
export const outline = ({ messages }: Conversation) =>
  messages.map(({ id, parentId, author, text }) => [id, parentId, author, text]);

export const calls = ({ messages }: Conversation) => messages.flatMap(({ toolCalls }) => toolCalls);

/** The bytes of a database as Cursor keeps its chats. */
export function cursorFile(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'formats-'));
  const path = join(folder, 'state.vscdb');
  const database = new Database(path);
  database.exec('create table cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)');
  for (const row of cursorRows) database.run('insert into cursorDiskKV values (?, ?)', row);
  database.close();
  const bytes = new Uint8Array(readFileSync(path));
  rmSync(folder, { recursive: true });
  return bytes;
}
