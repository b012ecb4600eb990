/**
 * What every importer makes of a file of a coding assistant. Plain data: an importer is a pure function from bytes to
 * these types and imports nothing of the platform, so that the capture command can bundle it.
 */

/** The assistants whose files are read. */
export const TOOLS = [
  'claude-code',
  'cursor',
  'copilot-chat',
  'copilot-cli',
  'codex',
  'aider',
  'specstory',
  'other',
] as const;
export type Tool = (typeof TOOLS)[number];

/** Who said a message. `tool` is the result of a tool call that no answer of the assistant contains. */
export type Author = 'human' | 'assistant' | 'tool' | 'system';

/** Tokens of one answer of a model. An answer that a file spreads over several records is counted once. */
export interface Tokens {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

/** One change to a file, as far as the file of the assistant tells it. */
export interface Edit {
  /** As the assistant wrote it: absolute, or relative to the working directory. */
  path: string;
  /** Replaced text; null when unknown or when the file is new. */
  before: string | null;
  /** Written text; null when unknown or when the file was deleted. */
  after: string | null;
}

/** A call of a tool by the assistant, with its result. */
export interface ToolCall {
  /** Id in the source, unique in its conversation; made from the place in the file where the source has none. */
  id: string;
  name: string;
  /** What the call does, by the kinds that all tools share. */
  action: 'read' | 'edit' | 'run' | 'search' | 'fetch' | 'delegate' | 'other';
  /** Arguments as JSON or text, and the result as text; each cut at the importer's limit. */
  input: string;
  output: string | null;
  failed: boolean;
  /** The person refused the call or its edit. */
  rejected: boolean;
  filesRead: string[];
  edits: Edit[];
}

/** A commit that the conversation names as its own doing, or had checked out. */
export interface CommitSeen {
  /** 7 to 40 hexadecimal digits. */
  sha: string;
  /**
   * `made`: printed by the conversation's own `git commit` (or the tool's commit line). `head`: checked out when it
   * began. `pull-request`: of a pull request that the conversation opened.
   */
  kind: 'made' | 'head' | 'pull-request';
  /** Subject line, where the source prints it. */
  subject: string | null;
  branch: string | null;
  /** Record id of the message whose tool call shows it. */
  messageId: string | null;
}

/** One message of a conversation. */
export interface Message {
  /** Id of the record in the source; stable over repeated imports of a growing file. */
  id: string;
  /** Id of the message that it answers; null at a root or where the source does not say. */
  parentId: string | null;
  author: Author;
  /** Text as Markdown. May be empty when the message has tool calls only. */
  text: string;
  /** The model's reasoning, where the source keeps it. */
  thinking: string | null;
  toolCalls: ToolCall[];
  model: string | null;
  tokens: Tokens | null;
  /** ISO 8601 UTC; null when unknown. aider's times have no zone and are read as UTC; `Conversation.localTime` says so. */
  at: string | null;
}

/** One conversation, or one sub-agent's part of it. */
export interface Conversation {
  tool: Tool;
  /** Session id of the tool: with `tool`, the identity of the conversation. */
  sessionId: string;
  /** Session id of the conversation that started this one as a sub-agent. */
  parentSessionId: string | null;
  /** Name of the sub-agent, where it has one. */
  agentName: string | null;
  title: string | null;
  workingDirectory: string | null;
  /** As the source has it: a URL, or owner/name. */
  repository: string | null;
  branch: string | null;
  /** Version of the tool. */
  toolVersion: string | null;
  startedAt: string | null;
  endedAt: string | null;
  /** Times are the local time of the author's machine, without a zone. */
  localTime: boolean;
  pullRequests: string[];
  commits: CommitSeen[];
  messages: Message[];
}

/** A line or record that was left out, and why. */
export interface Skipped {
  /** Line of the file, counted from 1; the record's key where the file has no lines. */
  at: number | string;
  reason: string;
}

/** What an importer made of one file. */
export interface Imported {
  tool: Tool;
  conversations: Conversation[];
  /** Records read, also those that are no talk. */
  records: number;
  /** Every broken record up to a limit of 100; `skippedCount` counts all. */
  skipped: Skipped[];
  skippedCount: number;
}

/** A file that is not a conversation. `detected` is what it looks like. */
export class ForeignFile extends Error {
  readonly detected: string;

  constructor(detected: string) {
    super(`This is not a conversation of a known assistant. It looks like ${detected}.`);
    this.detected = detected;
    this.name = 'ForeignFile';
    this.detected = detected;
  }
}
