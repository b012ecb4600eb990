import { z } from 'zod';
import { id, prose, timestamp } from '../../../contract/schemas.ts';
import { TOOLS } from '../formats/model.ts';

/** The inputs and outputs of conversations, in the shape of the importers' model. */

const MAX_TEXT = 1_000_000;
const MAX_NAME = 1_000;

const text = (most: number) => z.string().max(most, `must be at most ${most} characters`);
const name = text(MAX_NAME);
const tool = z.enum(TOOLS);
const sha = z.string().regex(/^[0-9a-fA-F]{7,40}$/, 'must be 7 to 40 hexadecimal digits');
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const tokens = z.object({
  input: count,
  output: count,
  cacheRead: count.default(0),
  cacheWrite: count.default(0),
});

const edit = z.object({
  path: text(4_000),
  before: text(MAX_TEXT).nullable().default(null),
  after: text(MAX_TEXT).nullable().default(null),
});

const toolCall = z.object({
  id: name.optional().describe('Made from the place in the message where the source has none'),
  name,
  action: z.enum(['read', 'edit', 'run', 'search', 'fetch', 'delegate', 'other']).default('other'),
  input: text(MAX_TEXT).default(''),
  output: text(MAX_TEXT).nullable().default(null),
  failed: z.boolean().default(false),
  rejected: z.boolean().default(false).describe('The person refused the call'),
  filesRead: z.array(text(4_000)).max(1_000).default([]),
  edits: z.array(edit).max(1_000).default([]),
});

const message = z.object({
  id: name
    .optional()
    .describe('Id of the record in the source. The same id again changes the message in place of adding one'),
  parentId: name.nullable().default(null),
  author: z.enum(['human', 'assistant', 'tool', 'system']),
  text: text(MAX_TEXT).default(''),
  thinking: text(MAX_TEXT).nullable().default(null),
  toolCalls: z.array(toolCall).max(1_000).default([]),
  model: name.nullable().default(null),
  tokens: tokens.nullable().default(null),
  at: timestamp.nullable().default(null),
});

const commit = z.object({
  sha,
  kind: z.enum(['made', 'head', 'pull-request']),
  subject: name.nullable().default(null),
  branch: name.nullable().default(null),
  messageId: name.nullable().default(null),
});

/** What `POST /conversations` takes. */
export const conversationInput = {
  tool: tool.default('other'),
  sessionId: name.min(1).optional().describe('Session id of the tool. Left out, a new conversation is made'),
  title: prose(1, 300).optional(),
  messages: z.array(message).max(2_000).default([]),
  workingDirectory: text(4_000).nullable().default(null),
  repository: name.nullable().default(null).describe('A URL, or owner/name'),
  branch: name.nullable().default(null),
  toolVersion: name.nullable().default(null),
  parentSessionId: name
    .nullable()
    .default(null)
    .describe('Of the conversation that started this one as a sub-agent'),
  agentName: name.nullable().default(null),
  startedAt: timestamp.nullable().default(null),
  endedAt: timestamp
    .nullable()
    .default(null)
    .describe(
      'What ends before the stored conversation adds messages and changes none; leave it out to correct one',
    ),
  localTime: z.boolean().default(false).describe('Times are of the author’s machine, without a zone'),
  pullRequests: z.array(name).max(200).default([]),
  commits: z.array(commit).max(2_000).default([]),
  private: z.boolean().optional().describe('Only you can see it'),
  tags: z.array(prose(1, 60)).max(20).optional(),
};

const embeddingStatus = z
  .enum(['pending', 'completed', 'failed'])
  .describe('Whether it can be found by meaning; words find it before');

/** What the creation answers at once. */
export const saved = z
  .object({
    id,
    title: z.string(),
    createdAt: timestamp,
    embeddingStatus,
    created: z.boolean().describe('False when the session was known and its new messages were added'),
    messages: z.object({ added: z.number().int(), changed: z.number().int(), unchanged: z.number().int() }),
    redactions: z.number().int().describe('Secrets that were removed before storing'),
  })
  .meta({ id: 'SavedConversation' });

export const conversationView = z
  .object({
    id,
    tool,
    sessionId: z.string(),
    title: z.string(),
    owner: z.string(),
    ownerName: z.string(),
    mine: z.boolean(),
    private: z.boolean(),
    tags: z.array(z.string()),
    repository: z.string().nullable(),
    branch: z.string().nullable(),
    workingDirectory: z.string().nullable(),
    models: z.array(z.string()),
    messages: z.number().int(),
    toolCalls: z.number().int(),
    commits: z.number().int(),
    redactions: z.number().int(),
    tokens,
    parentId: id.nullable().describe('The conversation that started this one as a sub-agent'),
    agentName: z.string().nullable(),
    localTime: z.boolean(),
    startedAt: timestamp.nullable(),
    endedAt: timestamp.nullable(),
    activeAt: timestamp,
    createdAt: timestamp,
    embeddingStatus,
  })
  .meta({ id: 'Conversation' });

export const conversationDetail = conversationView
  .extend({
    toolVersion: z.string().nullable(),
    embeddingError: z.string().nullable(),
    continuesId: id
      .nullable()
      .describe('The conversation that this one resumed; the messages of it are there'),
    files: z.array(z.string()).describe('Files that were edited'),
    pullRequests: z.array(z.string()),
    commitsSeen: z.array(
      z.object({
        sha: z.string(),
        kind: z.enum(['made', 'head', 'pull-request']),
        subject: z.string().nullable(),
        branch: z.string().nullable(),
        messageId: id.nullable(),
      }),
    ),
    agents: z.array(z.object({ id, title: z.string(), agentName: z.string().nullable() })),
  })
  .meta({ id: 'ConversationDetail' });

export const messageView = z
  .object({
    id,
    recordId: z.string(),
    parentId: id.nullable(),
    author: z.enum(['human', 'assistant', 'tool', 'system']),
    text: z.string(),
    thinking: z.string().nullable(),
    model: z.string().nullable(),
    tokens: tokens.nullable(),
    at: timestamp.nullable(),
    toolCalls: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        action: z.string(),
        input: z.string(),
        output: z.string().nullable(),
        failed: z.boolean(),
        rejected: z.boolean(),
        filesRead: z.array(z.string()),
        edits: z.array(edit),
      }),
    ),
  })
  .meta({ id: 'ConversationMessage' });

export const redaction = z.object({
  messageId: id.nullable().describe('Null for what belongs to the conversation itself, such as its title'),
  field: z.string().describe('Where it was, such as text or toolCalls.0.output'),
  rule: z.string(),
  count: z.number().int(),
});

const ranked = z.object({ rank: z.number().int(), score: z.number(), passageId: id });

export const hit = z
  .object({
    conversation: conversationView,
    passageId: id,
    messageId: id.describe('Where the passage begins: `around` of the messages'),
    highlight: z.string().describe('Escaped HTML with <mark> around what was asked for'),
    score: z.number().describe('Comparable within one response only'),
    explain: z
      .object({
        words: ranked.nullable().describe('Place and weighted words in the search by words'),
        meaning: ranked.nullable().describe('Place and cosine in the search by meaning'),
        formula: z.string(),
      })
      .optional(),
  })
  .meta({ id: 'ConversationHit' });

export const fileReport = z
  .object({
    name: z.string(),
    tool: z.string().nullable(),
    refused: z.string().nullable().describe('Why nothing of the file was read'),
    records: z.number().int(),
    skipped: z.number().int().describe('Lines or records that are broken'),
    skips: z.array(z.object({ at: z.string(), reason: z.string() })).describe('The first of them'),
    redactions: z.number().int(),
    conversations: z.array(
      z.object({
        id: id.nullable(),
        sessionId: z.string(),
        title: z.string(),
        refused: z.string().nullable(),
        created: z.boolean(),
        added: z.number().int(),
        changed: z.number().int(),
        unchanged: z.number().int(),
        elsewhere: z.number().int().describe('Messages that another session had before'),
        redactions: z.number().int(),
      }),
    ),
  })
  .meta({ id: 'ImportedFile' });
