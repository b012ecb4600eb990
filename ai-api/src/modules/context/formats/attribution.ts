/** Which lines of a commit a session wrote, as a note or a trace says. */
export interface Attribution {
  source: 'git-ai' | 'agent-trace';
  /** Of the conversation, as its tool names it. */
  sessionId: string;
  tool: string | null;
  /** Lines of the files as the commit has them, counted from 1. */
  files: { path: string; ranges: [first: number, last: number][] }[];
}
