import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

const SQLITE_BUSY = 5;
const POLL_MS = 500;

/**
 * Runs `work` while this process alone holds the lock at `path`; other processes wait their turn.
 * The lock is an open SQLite transaction, so the kernel frees it when its holder dies, however it dies.
 * `onWait` is called once, when somebody else holds the lock.
 */
export async function withFileLock<T>(path: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    let told = false;
    while (!tryBegin(database)) {
      if (!told) onWait();
      told = true;
      await delay(POLL_MS);
    }
    return await work();
  } finally {
    database.close();
  }
}

function tryBegin(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
