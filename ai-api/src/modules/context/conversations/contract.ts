import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { flag, id, listOf, page, prose, timestamp } from '../../../contract/schemas.ts';
import { TOOLS } from '../formats/model.ts';
import {
  conversationDetail,
  conversationInput,
  conversationView,
  fileReport,
  hit,
  messageView,
  redaction,
  saved,
} from './schema.ts';

/** Who reads conversations, save the private ones of others. */
export const READERS = ['admin', 'executive', 'builder', 'ops', 'reviewer', 'readonly'] as const;
const WRITERS = ['admin', 'executive', 'builder', 'ops', 'reviewer'] as const;

const conversationId = id.describe('The conversation');
const filters = {
  tool: z.enum(TOOLS).optional(),
  author: z.string().max(300).optional().describe('Name or id of the person; "me" for yourself'),
  repository: z.string().max(500).optional().describe('owner/name, with or without the host'),
  branch: z.string().max(500).optional(),
  file: z.string().max(1_000).optional().describe('An edited file, by its path or the end of it'),
  model: z.string().max(200).optional(),
  tag: z.string().max(60).optional(),
  from: timestamp.optional().describe('Active at this time or later'),
  to: timestamp.optional().describe('Begun before this time'),
  hasCommit: flag.optional().describe('Whether it names a commit'),
};

export const conversation = resource({
  id: 'conversation',
  name: 'Conversation',
  description: 'Conversations with coding assistants: saved, searched, shared and exported.',
  locate: { operation: 'list', id: 'id', field: 'conversationId', shown: ['title', 'ownerName'] },
  operations: {
    create: operation({
      method: 'POST',
      path: '/conversations',
      summary: 'Save a conversation or its new messages',
      description:
        'The same tool and session add to the conversation: messages with a known id are compared, not doubled. ' +
        'Secrets are removed before storing. Vectors follow in the background.',
      access: WRITERS,
      quota: { of: 'conversations', by: 'handler' },
      own: 'anyone',
      status: 201,
      also: { status: 200, when: ({ created }) => !created },
      bodyLimit: '8mb',
      input: z.object(conversationInput),
      output: saved,
      errors: ['CONFLICT', 'NOT_SAVED', 'BODY_TOO_LARGE'],
      hints: { sessionId: { locator: false }, parentSessionId: { locator: false } },
    }),
    import: operation({
      method: 'POST',
      path: '/conversations/import',
      summary: 'Import files of coding assistants',
      description:
        'Reads transcripts of Claude Code, Cursor, Copilot, Codex, aider and SpecStory, which are recognised by their ' +
        'content. Importing a file again adds what is new in it and changes nothing else.',
      access: WRITERS,
      quota: { of: 'conversations', by: 'handler' },
      own: 'anyone',
      bodyLimit: '28mb',
      input: z.object({
        files: z
          .array(
            z.object({
              name: z.string().trim().min(1).max(500),
              contentType: z.string().max(200).optional(),
              base64: z.base64().min(1).max(27_000_000, 'must be at most 20 MB'),
            }),
          )
          .min(1)
          .max(200),
        private: z.boolean().optional().describe('Only you can see what is new'),
        restore: z.boolean().default(false).describe('Also import conversations that you removed before'),
      }),
      output: z
        .object({
          files: z.array(fileReport),
          conversations: z.number().int().describe('That are new'),
          messages: z.object({
            added: z.number().int(),
            changed: z.number().int(),
            unchanged: z.number().int(),
          }),
        })
        .meta({ id: 'ConversationImport' }),
      errors: ['BODY_TOO_LARGE'],
      hints: { files: { file: 'list' } },
    }),
    list: operation({
      method: 'GET',
      path: '/conversations',
      summary: 'List conversations',
      description: 'The last active first. Private conversations are listed for their owner only.',
      access: READERS,
      own: 'anyone',
      list: true,
      input: z.object({ ...filters, ...page }),
      output: listOf(conversationView),
    }),
    search: operation({
      method: 'GET',
      path: '/conversations/search',
      summary: 'Search conversations by words and meaning',
      description:
        'Words know code: names are found whole and by their parts, paths by their segments, commits by their first ' +
        'digits, and "quoted text" exactly. Each conversation is listed once, with its best passage.',
      access: READERS,
      quota: { of: 'searches' },
      own: 'anyone',
      reveals: {
        what: 'conversation',
        purpose: 'collaboration',
        of: [{ list: 'items', subject: 'conversation.owner' }],
      },
      input: z.object({
        q: z.string().trim().min(1, 'must not be empty').max(10_000),
        alpha: z.coerce.number().min(0).max(1).default(0.5).describe('0 searches words only, 1 meaning only'),
        explain: flag.default(false).describe('Also say why each hit is there'),
        ...filters,
        cursor: page.cursor,
        limit: z.coerce.number().int().min(1).max(100).default(10),
      }),
      output: z
        .object({
          items: z.array(hit),
          total: z.number().int().describe('Conversations in the window that is ranked'),
          nextCursor: z.string().nullable(),
          meaning: z.string().describe('What meaning was compared with, or why it was not'),
          names: z.string().describe('Whether parts of names were searched, or why they were not'),
        })
        .meta({ id: 'ConversationSearch' }),
    }),
    get: operation({
      method: 'GET',
      path: '/conversations/{conversationId}',
      summary: 'Get a conversation',
      access: READERS,
      own: 'anyone',
      reveals: {
        what: 'conversation',
        purpose: 'collaboration',
        of: [{ subject: 'owner' }],
      },
      input: z.object({ conversationId }),
      output: conversationDetail,
      errors: ['NOT_FOUND'],
    }),
    listMessages: operation({
      method: 'GET',
      path: '/conversations/{conversationId}/messages',
      summary: 'List the messages of a conversation',
      description: 'In their order. With `around` the page has the messages before and after one.',
      access: READERS,
      own: 'anyone',
      list: true,
      reveals: { what: 'conversation', purpose: 'collaboration', of: 'handler' },
      input: z.object({
        conversationId,
        around: id.optional().describe('A message that the page is to show in its middle'),
        ...page,
      }),
      output: listOf(messageView).extend({
        previousCursor: z.string().nullable().optional().describe('The page before'),
      }),
      errors: ['NOT_FOUND'],
      hints: { around: { locator: false } },
    }),
    update: operation({
      method: 'PATCH',
      path: '/conversations/{conversationId}',
      summary: 'Change the title, tags or privacy of a conversation',
      access: WRITERS,
      own: 'anyone',
      reveals: {
        what: 'conversation',
        purpose: 'collaboration',
        of: [{ subject: 'owner' }],
      },
      input: z.object({
        conversationId,
        title: prose(1, 300).optional(),
        tags: z.array(prose(1, 60)).max(20).optional(),
        private: z.boolean().optional().describe('Only its owner sees it'),
      }),
      output: conversationDetail,
      errors: ['NOT_FOUND', 'FORBIDDEN'],
    }),
    delete: operation({
      method: 'DELETE',
      path: '/conversations/{conversationId}',
      summary: 'Remove a conversation for good',
      description: 'It is not saved again when its file is imported, unless the import asks to restore it.',
      access: WRITERS,
      own: 'anyone',
      status: 204,
      input: z.object({ conversationId }),
      output: z.void(),
      errors: ['NOT_FOUND', 'FORBIDDEN'],
    }),
    export: operation({
      method: 'GET',
      path: '/conversations/{conversationId}/export',
      summary: 'Export a conversation as JSON or Markdown',
      access: READERS,
      own: 'anyone',
      reveals: { what: 'conversation', purpose: 'export', of: 'handler' },
      input: z.object({ conversationId, format: z.enum(['json', 'markdown']).default('markdown') }),
      output: z
        .object({ name: z.string(), contentType: z.string(), content: z.string() })
        .meta({ id: 'ConversationExport' }),
      errors: ['NOT_FOUND'],
    }),
    listRedactions: operation({
      method: 'GET',
      path: '/conversations/{conversationId}/redactions',
      summary: 'List what was removed from a conversation before storing',
      access: READERS,
      own: 'anyone',
      input: z.object({ conversationId }),
      output: z.object({ items: z.array(redaction) }).meta({ id: 'ConversationRedactions' }),
      errors: ['NOT_FOUND'],
    }),
    share: operation({
      method: 'POST',
      path: '/conversations/{conversationId}/shares',
      summary: 'Share a conversation by a link that expires',
      description:
        'The link shows what was said, without tool output, working directory and e-mail addresses.',
      access: WRITERS,
      own: 'anyone',
      status: 201,
      input: z.object({
        conversationId,
        hours: z.coerce.number().int().min(1).max(720).default(168).describe('How long the link works'),
      }),
      output: z
        .object({ shareId: id, token: z.string(), url: z.string(), expiresAt: timestamp })
        .meta({ id: 'ConversationShare' }),
      errors: ['NOT_FOUND', 'FORBIDDEN'],
    }),
    listShares: operation({
      method: 'GET',
      path: '/conversations/{conversationId}/shares',
      summary: 'List the links to a conversation',
      access: WRITERS,
      own: 'anyone',
      input: z.object({ conversationId }),
      output: z
        .object({
          items: z.array(
            z.object({
              shareId: id,
              createdBy: z.string(),
              createdAt: timestamp,
              expiresAt: timestamp,
              revokedAt: timestamp.nullable(),
            }),
          ),
        })
        .meta({ id: 'ConversationShares' }),
      errors: ['NOT_FOUND'],
    }),
    revokeShare: operation({
      method: 'DELETE',
      path: '/conversations/{conversationId}/shares/{shareId}',
      summary: 'Revoke a link to a conversation',
      access: WRITERS,
      own: 'anyone',
      status: 204,
      input: z.object({ conversationId, shareId: id }),
      output: z.void(),
      errors: ['NOT_FOUND', 'FORBIDDEN'],
    }),
    readShared: operation({
      method: 'GET',
      path: '/shared-conversations/{token}',
      summary: 'Read a shared conversation',
      access: 'public',
      input: z.object({ token: z.string().min(20).max(100) }),
      output: z
        .object({ title: z.string(), tool: z.string(), markdown: z.string(), expiresAt: timestamp })
        .meta({ id: 'SharedConversation' }),
      errors: ['NOT_FOUND'],
      composable: false,
    }),
  },
});

const policyView = z
  .object({
    policyId: id,
    scope: z.enum(['repository', 'path']),
    pattern: z.string(),
    action: z.enum(['keep', 'redact', 'do-not-save']),
    reason: z.string().nullable(),
    createdBy: z.string(),
    createdAt: timestamp,
  })
  .meta({ id: 'ConversationPolicy' });

export const conversationPolicy = resource({
  id: 'conversationPolicy',
  name: 'Conversation Policy',
  description: 'What is saved of conversations, by repository and path.',
  locate: { operation: 'list', id: 'policyId', shown: ['pattern', 'action'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/conversation-policies',
      summary: 'List what is saved where',
      description: 'The capture command reads it, so that nothing leaves a machine that would not be saved.',
      access: READERS,
      own: 'anyone',
      list: true,
      input: z.object({ ...page }),
      output: listOf(policyView),
    }),
    set: operation({
      method: 'POST',
      path: '/conversation-policies',
      summary: 'Set what is saved of a repository or path',
      description:
        'The longest pattern that fits decides. `redact` also leaves out what tools printed and wrote, and e-mail ' +
        'addresses. `do-not-save` removes what is stored.',
      access: ['admin', 'executive'],
      input: z.object({
        scope: z.enum(['repository', 'path']),
        pattern: z
          .string()
          .trim()
          .min(1)
          .max(500)
          .regex(/^[^\p{Cc}]+$/u, 'must be a repository or path')
          .describe('Such as acme/shop or /home/*/private; * stands for any part'),
        action: z.enum(['keep', 'redact', 'do-not-save']),
        reason: prose(1, 500).optional(),
      }),
      output: policyView,
    }),
    delete: operation({
      method: 'DELETE',
      path: '/conversation-policies/{policyId}',
      summary: 'Delete a policy',
      access: ['admin', 'executive'],
      status: 204,
      input: z.object({ policyId: id }),
      output: z.void(),
      errors: ['NOT_FOUND'],
    }),
  },
});

/** What this module offers. */
export const contract = { conversation, conversationPolicy };
