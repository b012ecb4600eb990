import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'node-sqlite3-wasm';
import { ForeignFile } from '../model.ts';
import type { CursorRows } from './extract.ts';

/**
 * Opens a database of Cursor for reading, in place. It may be in use: nothing is written to it, and with the exclusive
 * mode its log is read without the shared memory that only the writing program has.
 *
 * @throws ForeignFile when it is not a database of Cursor, or is damaged.
 */
export function openCursor(path: string): CursorRows & { close(): void } {
  const database = open(path);
  try {
    const tables = new Set(
      database.all("select name from sqlite_master where type = 'table'").map(({ name }) => String(name)),
    );
    if (!tables.has('cursorDiskKV') && !tables.has('ItemTable'))
      throw new ForeignFile('another SQLite database');
    return {
      item: (key) => (tables.has('ItemTable') ? item(database, key) : null),
      disk: (prefix) => (tables.has('cursorDiskKV') ? disk(database, prefix) : []),
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error instanceof ForeignFile ? error : new ForeignFile('a damaged SQLite database');
  }
}

/** Gives `read` the rows of a database that is in memory; SQLite reads it from a temporary file. */
export function withCursorBytes<Result>(bytes: Uint8Array, read: (rows: CursorRows) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'cursor-'));
  try {
    const path = join(folder, 'state.vscdb');
    writeFileSync(path, withoutLog(bytes), { mode: 0o600 });
    const rows = openCursor(path);
    try {
      return read(rows);
    } catch (error) {
      throw isSqliteError(error) ? new ForeignFile('a damaged SQLite database') : error;
    } finally {
      rows.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A database that was copied without its write-ahead log is marked as one that has none. */
function withoutLog(bytes: Uint8Array): Uint8Array {
  if (bytes[18] !== 2 && bytes[19] !== 2) return bytes;
  const copy = new Uint8Array(bytes);
  copy.fill(1, 18, 20);
  return copy;
}

function open(path: string): Database {
  // Loaded when it is needed: most files are no databases.
  const { Database } = createRequire(import.meta.url)(
    'node-sqlite3-wasm',
  ) as typeof import('node-sqlite3-wasm');
  try {
    const database = new Database(path, { fileMustExist: true, readOnly: true });
    database.exec('pragma locking_mode = exclusive');
    return database;
  } catch (error) {
    throw isSqliteError(error) ? new ForeignFile('a damaged SQLite database') : error;
  }
}

function isSqliteError(error: unknown): boolean {
  return error instanceof Error && error.name === 'SQLite3Error';
}

const decoder = new TextDecoder();

function valueText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? decoder.decode(value) : null;
}

function item(database: Database, key: string): string | null {
  return valueText(database.get('select value from ItemTable where key = ?', [key])?.value);
}

function* disk(database: Database, prefix: string): Generator<[string, string | null]> {
  const statement = database.prepare(
    'select key, value from cursorDiskKV where key >= ? and key < ? order by key',
  );
  try {
    for (const { key, value } of statement.iterate([prefix, `${prefix}\u{10ffff}`]))
      yield [String(key), valueText(value)];
  } finally {
    statement.finalize();
  }
}
