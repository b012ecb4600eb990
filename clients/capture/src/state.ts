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

/** What is known of a repository whose commits are sent. */
export interface RepositoryState {
  /** The first 12 digits of every commit that was sent, one after the other. */
  sent: string;
  /** Tip of the authorship notes that were sent. */
  notes: string | null;
  /** Lines of its file of agent traces that were sent. */
  traces: number;
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
  /** By the folder in which the repository begins. */
  repositories: Record<string, RepositoryState>;
  lastSentAt: string | null;
}

const EMPTY: State = {
  version: 1,
  files: {},
  conversations: {},
  composers: {},
  projects: [],
  repositories: {},
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
