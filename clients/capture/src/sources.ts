import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, rmdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCursor } from '../../../ai-api/src/modules/context/formats/cursor/database.ts';
import { cursorExtracts } from '../../../ai-api/src/modules/context/formats/cursor/extract.ts';
import { readExtract } from '../../../ai-api/src/modules/context/formats/cursor/importer.ts';
import { importStream } from '../../../ai-api/src/modules/context/formats/index.ts';
import { Skips } from '../../../ai-api/src/modules/context/formats/lines.ts';
import type { Conversation } from '../../../ai-api/src/modules/context/formats/model.ts';
import type { Found } from './find.ts';
import { repositoryOfFolder } from './git.ts';
import type { State } from './state.ts';

/** What reading a file gave. */
export interface Reading {
  /** Read one after the other: a database may hold more than the memory. */
  conversations: Iterable<Conversation>;
  /** Broken records, once the conversations are read. */
  skipped(): number;
  /** Remembers that the file was read; called once its conversations are queued. */
  remember(state: State): void;
}

/** Whether the file is as it was when it was last read. */
export function isUnchanged(state: State, file: Found): boolean {
  const known = state.files[file.path];
  return known?.identity === file.identity && known.size === file.size && known.modified === file.modified;
}

/**
 * Reads a file of an assistant. Of a database of Cursor only conversations that changed are read.
 * @throws ForeignFile, FileTooLarge, and errors of the file system
 */
export function readSource(state: State, file: Found, isAgain: boolean): Promise<Reading> {
  return file.kind === 'cursor-database'
    ? Promise.resolve(readDatabase(state, file, isAgain))
    : readFile(state, file, isAgain);
}

async function readFile(state: State, file: Found, isAgain: boolean): Promise<Reading> {
  const hash = createHash('sha256');
  async function* hashed() {
    // Only as much as there was when the file was found: what is written meanwhile is read the next time.
    for await (const chunk of createReadStream(file.path, { end: Math.max(0, file.size - 1) })) {
      hash.update(chunk as Buffer);
      yield chunk as Buffer;
    }
  }
  const imported = await importStream(hashed(), {
    fileName: basename(file.path),
    folder: dirname(file.path),
  });
  const { identity, size, modified } = file;
  const entry = { identity, size, modified, hash: hash.digest('base64url') };
  const isSame = !isAgain && state.files[file.path]?.hash === entry.hash;
  return {
    conversations: isSame ? [] : imported.conversations.map((conversation) => placed(conversation, file)),
    skipped: () => imported.skippedCount,
    remember: (changed) => {
      changed.files[file.path] = entry;
    },
  };
}

/** The conversation with its folder, and with the repository that the folder is in, where it names none. */
function placed(conversation: Conversation, file: Found): Conversation {
  const workingDirectory = conversation.workingDirectory ?? workspaceFolder(file.path);
  const isLocal = conversation.repository === null && workingDirectory !== null;
  const repository = isLocal ? repositoryOfFolder(resolve(workingDirectory)) : conversation.repository;
  return { ...conversation, workingDirectory, repository };
}

/** VS Code and Cursor keep the folder of a workspace beside its conversations. */
function workspaceFolder(path: string): string | null {
  const [storage] = /^.*[\\/]workspaceStorage[\\/][^\\/]+/.exec(path) ?? [];
  if (storage === undefined) return null;
  try {
    const { folder } = JSON.parse(readFileSync(join(storage, 'workspace.json'), 'utf8')) as {
      folder?: unknown;
    };
    return typeof folder === 'string' && folder.startsWith('file://') ? fileURLToPath(folder) : null;
  } catch {
    return null;
  }
}

const STALE_LOCK_MS = 10 * 60_000;

function readDatabase(state: State, file: Found, isAgain: boolean): Reading {
  const skips = new Skips();
  const fingerprints: Record<string, string> = {};
  function* conversations() {
    removeStaleLock(`${file.path}.lock`);
    const rows = openCursor(file.path);
    const isWanted = (id: string, row: unknown) => {
      const fingerprint = createHash('sha256').update(JSON.stringify(row)).digest('base64url').slice(0, 16);
      fingerprints[id] = fingerprint;
      return isAgain || state.composers[id] !== fingerprint;
    };
    try {
      for (const extract of cursorExtracts(rows, skips, isWanted))
        for (const conversation of readExtract(extract, skips)) yield placed(conversation, file);
    } finally {
      rows.close();
    }
  }
  const { identity, size, modified } = file;
  return {
    conversations: conversations(),
    skipped: () => skips.skippedCount,
    remember: (changed) => {
      Object.assign(changed.composers, fingerprints);
      changed.files[file.path] = { identity, size, modified, hash: '' };
    },
  };
}

/** The SQLite that reads locks by a folder of its own, which a process that was killed leaves behind. */
function removeStaleLock(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() && Date.now() - stat.mtimeMs > STALE_LOCK_MS) rmdirSync(path);
}
