import { posix, win32 } from 'node:path';

/** What the folders of a machine depend on. */
export interface Machine {
  platform: NodeJS.Platform;
  home: string;
  env: Record<string, string | undefined>;
}

/** Where an assistant keeps conversations, and how its files are recognised there. */
export interface Place {
  tool: string;
  folder: string;
  /** Folders below it that are entered; a larger number costs time only. */
  depth: number;
  /** Of the path below the folder, with `/`. */
  files: RegExp;
  kind: 'file' | 'cursor-database';
}

const CHAT_SESSIONS =
  /(?:^|\/)(?:chatSessions|emptyWindowChatSessions)\/[^/]+\.jsonl?$|\/GitHub\.copilot-chat\/transcripts\/[^/]+\.jsonl$/i;
const EDITORS = ['Code', 'Code - Insiders', 'VSCodium'];

/** The folders of every assistant on a machine, whether they exist or not. */
export function placesOf(machine: Machine): Place[] {
  const { env, home } = machine;
  const { join } = machine.platform === 'win32' ? win32 : posix;
  const data = applicationData(machine);
  const file = (tool: string, folder: string, depth: number, files: RegExp): Place => ({
    tool,
    folder,
    depth,
    files,
    kind: 'file',
  });
  return [
    file('claude-code', join(env.CLAUDE_CONFIG_DIR || join(home, '.claude'), 'projects'), 4, /\.jsonl$/),
    file(
      'codex',
      join(env.CODEX_HOME || join(home, '.codex'), 'sessions'),
      4,
      /(?:^|\/)rollout-[^/]*\.jsonl$/,
    ),
    file('copilot-cli', join(home, '.copilot', 'session-state'), 2, /(?:^|\/)events\.jsonl$|^[^/]+\.jsonl$/),
    ...EDITORS.map((editor) => file('copilot-chat', join(data, editor, 'User'), 5, CHAT_SESSIONS)),
    file('copilot-chat', join(home, '.vscode-server', 'data', 'User'), 5, CHAT_SESSIONS),
    {
      tool: 'cursor',
      folder: join(data, 'Cursor', 'User'),
      depth: 3,
      files: /^(?:globalStorage|workspaceStorage\/[^/]+)\/state\.vscdb$/,
      kind: 'cursor-database',
    },
    file('cursor', join(home, '.cursor', 'projects'), 6, /\/agent-transcripts\/.*\.jsonl$/),
  ];
}

/** Files of assistants that write into the project itself. */
export function placesInProject(folder: string): Place[] {
  return [
    { tool: 'aider', folder, depth: 0, files: /^\.aider\.chat\.history\.md$/, kind: 'file' },
    { tool: 'specstory', folder: `${folder}/.specstory/history`, depth: 0, files: /\.md$/, kind: 'file' },
  ];
}

/** Where this command keeps its settings, its state and its queue. */
export function ownFolder(machine: Machine): string {
  const { join } = machine.platform === 'win32' ? win32 : posix;
  return machine.env.AI_MANAGER_CAPTURE_HOME || join(applicationData(machine), 'ai-manager-capture');
}

function applicationData({ platform, home, env }: Machine): string {
  if (platform === 'win32') return env.APPDATA || win32.join(home, 'AppData', 'Roaming');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support');
  return env.XDG_CONFIG_HOME || posix.join(home, '.config');
}
