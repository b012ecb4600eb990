import { basename } from 'node:path';
import type { Policy } from '../../../ai-api/src/modules/context/conversations/policy-match.ts';
import type { Conversation } from '../../../ai-api/src/modules/context/formats/model.ts';
import { type Found, findFiles } from './find.ts';
import { placesInProject, placesOf } from './places.ts';
import { type Prepared, prepare } from './prepare.ts';
import type { Run } from './run.ts';
import { isUnchanged, readSource } from './sources.ts';
import type { State } from './state.ts';

/** What became of a file. */
export interface FileOutcome {
  file: Found;
  outcome: 'unchanged' | 'read' | 'not a conversation' | 'failed';
  message: string | null;
  conversations: number;
  notSaved: number;
  messages: number;
  redactions: number;
  skipped: number;
  /** Folders that its conversations worked in. */
  folders: string[];
}

/** All files of all assistants on this machine. */
export function findAll({ machine, settings }: Run, state: State): Found[] {
  const projects = [...new Set([...settings.projects, ...state.projects])];
  return withoutCopies(findFiles([...placesOf(machine), ...projects.flatMap(placesInProject)]));
}

/** VS Code writes some chats twice: as a chat session and as a stream of events, which says less. */
function withoutCopies(files: readonly Found[]): Found[] {
  const nameOf = ({ path }: Found) => basename(path).replace(/\.jsonl?$/, '');
  const isEvents = ({ path }: Found) => /GitHub\.copilot-chat[\\/]transcripts[\\/]/i.test(path);
  const chats = new Set(files.filter((file) => file.tool === 'copilot-chat' && !isEvents(file)).map(nameOf));
  return files.filter((file) => !isEvents(file) || !chats.has(nameOf(file)));
}

/** A transcript of Cursor says less than its database, which is read before. */
function isInDatabase(state: State, { tool, kind, path }: Found): boolean {
  return tool === 'cursor' && kind === 'file' && state.composers[basename(path, '.jsonl')] !== undefined;
}

export interface CollectOptions {
  policies: readonly Policy[];
  emails: boolean;
  /** Reads and takes everything again. */
  isAgain: boolean;
  /** Takes what is new of a conversation; false stops the file, which is then read again the next time. */
  take(prepared: Prepared): boolean;
}

/** Reads one file, and gives what is new in it to `take`. What is wrong with the file is in the outcome. */
export async function collect(state: State, file: Found, options: CollectOptions): Promise<FileOutcome> {
  const outcome: FileOutcome = {
    file,
    outcome: 'unchanged',
    message: null,
    conversations: 0,
    notSaved: 0,
    messages: 0,
    redactions: 0,
    skipped: 0,
    folders: [],
  };
  if ((!options.isAgain && isUnchanged(state, file)) || isInDatabase(state, file)) return outcome;
  try {
    const reading = await readSource(state, file, options.isAgain);
    const notSaved = new Set<string>();
    const isTaken = takeAll(state, reading.conversations, options, outcome, notSaved);
    outcome.outcome = 'read';
    outcome.skipped = reading.skipped();
    if (isTaken) reading.remember(state, notSaved);
  } catch (error) {
    const isForeign = error instanceof Error && error.name === 'ForeignFile';
    outcome.outcome = isForeign ? 'not a conversation' : 'failed';
    outcome.message = error instanceof Error ? error.message : String(error);
    // A foreign file is looked at again when it changes.
    const { identity, size, modified } = file;
    if (isForeign) state.files[file.path] = { identity, size, modified, hash: '' };
  }
  return outcome;
}

function takeAll(
  state: State,
  conversations: Iterable<Conversation>,
  { policies, emails, isAgain, take }: CollectOptions,
  outcome: FileOutcome,
  notSaved: Set<string>,
): boolean {
  for (const conversation of conversations) {
    noteProject(state, conversation.workingDirectory);
    if (conversation.workingDirectory !== null) outcome.folders.push(conversation.workingDirectory);
    const prepared = prepare(conversation, policies, isAgain ? {} : state.conversations, emails);
    if (prepared === null) {
      outcome.notSaved++;
      notSaved.add(conversation.sessionId);
      continue;
    }
    outcome.conversations++;
    if (prepared.changed.length === 0) continue;
    if (!take(prepared)) return false;
    outcome.messages += prepared.changed.length;
    outcome.redactions += prepared.redactions;
    state.conversations[prepared.key] = prepared.digests;
  }
  return true;
}

const MAX_PROJECTS = 500;

/** Folders that assistants worked in may have files of aider and SpecStory. */
function noteProject(state: State, folder: string | null): void {
  if (folder === null || state.projects.includes(folder)) return;
  state.projects = [...state.projects, folder].slice(-MAX_PROJECTS);
}
