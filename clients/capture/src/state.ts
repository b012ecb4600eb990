import { join } from 'node:path';
import { readJson, writePrivate } from './files.ts';

/** What is known of a file that was read before. */
export interface FileState {
  /** Device and inode: a path may become another file. */
  identity: string;
  size: number;
  modified: number;
  hash: string;
}

export interface State {
  version: 1;
  files: Record<string, FileState>;
  /** Digests of the messages that were sent or queued, in order, by tool and session. */
  conversations: Record<string, string[]>;
  /** Fingerprints of conversations in Cursor's databases, which are too large to be read as a whole each time. */
  composers: Record<string, string>;
  /** Folders that assistants worked in. */
  projects: string[];
  lastSentAt: string | null;
}

const EMPTY: State = {
  version: 1,
  files: {},
  conversations: {},
  composers: {},
  projects: [],
  lastSentAt: null,
};

const pathOf = (folder: string) => join(folder, 'state.json');

export function readState(folder: string): State {
  const state = readJson<Partial<State>>(pathOf(folder), {});
  return state.version === 1 ? { ...structuredClone(EMPTY), ...state } : structuredClone(EMPTY);
}

export function writeState(folder: string, state: State): void {
  writePrivate(pathOf(folder), JSON.stringify(state));
}
