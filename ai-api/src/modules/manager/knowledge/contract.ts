import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { flag, id, listOf, page, prose, timestamp } from '../../../contract/schemas.ts';

export const FOLDERS = ['policies', 'sops', 'rubrics', 'templates'] as const;
export const CONTENT_TYPES = [
  'application/pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'text/markdown',
  'text/html',
  'text/plain',
  'application/json',
] as const;
/** What senders call files that are read, beside the formats: their content and name decide. */
const UPLOAD_TYPES = [
  ...CONTENT_TYPES,
  'text/x-markdown',
  'application/xhtml+xml',
  'application/octet-stream',
] as const;
/** Kinds of what is in a file and is not read. */
export const UNREAD_REASONS = [
  'no text',
  'unreadable font',
  'hidden',
  'comment',
  'deleted',
  'surroundings',
  'picture',
  'embedded',
  'form',
] as const;

const everyone = ['admin', 'executive', 'builder', 'ops', 'reviewer', 'readonly'] as const;
const managers = ['admin', 'executive'] as const;

const unread = z
  .object({
    reason: z.enum(UNREAD_REASONS),
    pages: z.array(z.number().int()).describe('Counted from 1; empty in a format without pages'),
    places: z.array(z.string()).describe('Headings above it, or names; the first five'),
    message: z.string(),
  })
  .meta({ id: 'PolicyUnread' });

const documentId = id.describe('The document');
const document = z
  .object({
    documentId: id,
    folder: z.enum(FOLDERS),
    name: z.string(),
    title: z.string(),
    status: z.enum(['active', 'superseded', 'retired']),
    supersededBy: id.nullable(),
    reason: z.string().nullable().describe('Why it was retired or superseded'),
    version: z.number().int().describe('The newest'),
    indexedVersion: z
      .number()
      .int()
      .nullable()
      .describe('The one that is searched; null before one was read'),
    state: z.enum(['pending', 'indexed', 'failed']).describe('Of the newest version'),
    error: z.string().nullable().describe('Why the newest version could not be read'),
    unread: z.array(unread).describe('What is in the newest version and is not searched'),
    updatedAt: timestamp,
  })
  .meta({ id: 'PolicyDocument' });

const version = z
  .object({
    version: z.number().int(),
    contentType: z.string(),
    bytes: z.number().int(),
    sha256: z.string(),
    state: z.enum(['pending', 'indexed', 'failed']),
    error: z.string().nullable(),
    pages: z.number().int().nullable(),
    passages: z.number().int().nullable(),
    unread: z
      .array(unread)
      .describe('What is in the file and is not searched, such as pages without text or hidden text'),
    comment: z.string().nullable(),
    uploadedBy: z.string(),
    uploadedAt: timestamp,
    url: z.string().describe('Signed; valid for 15 minutes'),
  })
  .meta({ id: 'PolicyVersion' });

const found = z
  .object({
    passageId: id,
    documentId: id,
    folder: z.enum(FOLDERS),
    title: z.string(),
    version: z.number().int(),
    heading: z.array(z.string()),
    page: z.number().int().nullable(),
    text: z.string(),
    score: z.number().describe('Rank fusion score; comparable within one response only'),
    words: z.number().describe('Share of the question’s words that the passage has, 0 to 1'),
    similarity: z.number().nullable().describe('Cosine of the vectors; null when meaning was not compared'),
  })
  .meta({ id: 'FoundPassage' });

export const policy = resource({
  id: 'policy',
  name: 'Policy',
  description: 'Documents that questions are answered from: policies, procedures, rubrics, templates.',
  operations: {
    list: operation({
      method: 'GET',
      path: '/policies',
      summary: 'List documents',
      access: everyone,
      own: 'anyone',
      list: true,
      input: z.object({
        folder: z.enum(FOLDERS).optional(),
        status: z.enum(['active', 'superseded', 'retired']).optional(),
        failed: flag.optional().describe('Only those whose newest version could not be read'),
        ...page,
      }),
      output: listOf(document),
    }),
    upload: operation({
      method: 'POST',
      path: '/policies',
      summary: 'Upload a document or its next version',
      description:
        'The same folder and name create the next version. It is read in the background; until then the version ' +
        'before is searched. The same content again makes no version.',
      access: managers,
      quota: { of: 'storage', by: 'handler' },
      status: 202,
      bodyLimit: '28mb',
      input: z.object({
        folder: z.enum(FOLDERS),
        name: z
          .string()
          .trim()
          .min(1)
          .max(200)
          .regex(/^[^/\\\p{Cc}]+$/u, 'must be a plain file name')
          .refine((value) => value !== '.' && value !== '..', 'must be a plain file name'),
        title: prose(1, 200)
          .optional()
          .describe('Title shown to people; defaults to the title in the document'),
        contentType: z
          .enum(UPLOAD_TYPES)
          .optional()
          .describe('By default, and where it says otherwise, by the content and the extension of the name'),
        base64: z.base64().min(1).max(27_000_000, 'must be at most 20 MB').describe('The file'),
        comment: prose(1, 500).optional().describe('What changed'),
      }),
      output: document,
      errors: ['BODY_TOO_LARGE', 'CONFLICT', 'FILE_QUOTA_EXCEEDED'],
      hints: { base64: { label: 'File', file: { name: 'name', contentType: 'contentType' } } },
    }),
    search: operation({
      method: 'GET',
      path: '/policies/search',
      summary: 'Search the passages of active documents',
      access: everyone,
      quota: { of: 'searches' },
      own: 'anyone',
      input: z.object({
        query: prose(2, 500),
        folder: z.enum(FOLDERS).optional(),
        by: z.enum(['words', 'meaning', 'both']).default('both'),
        limit: z.coerce.number().int().min(1).max(50).default(10),
      }),
      output: z
        .object({
          passages: z.array(found),
          meaning: z.string().describe('What meaning was compared with, or why it was not'),
        })
        .meta({ id: 'PolicySearch' }),
    }),
    get: operation({
      method: 'GET',
      path: '/policies/{documentId}',
      summary: 'Get a document with its versions',
      access: everyone,
      own: 'anyone',
      input: z.object({ documentId }),
      output: document
        .extend({ versions: z.array(version).describe('Newest first') })
        .meta({ id: 'PolicyDetail' }),
      errors: ['NOT_FOUND'],
    }),
    retire: operation({
      method: 'POST',
      path: '/policies/{documentId}/retire',
      summary: 'Remove a document from the search',
      description: 'Optionally name a document that replaces it. Its versions are kept.',
      access: managers,
      input: z.object({
        documentId,
        reason: prose(3, 500),
        supersededBy: id.optional().describe('The document that takes its place'),
      }),
      output: document,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    reindex: operation({
      method: 'POST',
      path: '/policies/{documentId}/reindex',
      summary: 'Read the newest version of a document again',
      access: ['admin', 'executive', 'ops'],
      status: 202,
      input: z.object({ documentId }),
      output: document,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
  },
});

const citation = z.object({
  number: z.number().int(),
  passageId: id,
  documentId: id,
  title: z.string(),
  version: z.number().int(),
  heading: z.array(z.string()),
  page: z.number().int().nullable(),
  text: z.string().describe('The passage'),
});

const turn = z
  .object({
    conversationId: id,
    turnId: id,
    question: z.string(),
    status: z
      .enum(['answered', 'not said', 'passages'])
      .describe('passages: no model was used, these are the passages that fit best'),
    engine: z.enum(['rules', 'model']),
    answer: z.string(),
    sentences: z.array(
      z.object({
        text: z.string(),
        citation: z.number().int().describe('Number of the citation that it rests on'),
        quote: z.string().describe('Words of the passage, verbatim'),
        verbatim: z
          .boolean()
          .describe('The document’s own sentence: the model’s said it otherwise, or said more'),
      }),
    ),
    citations: z.array(citation),
    model: z.string().nullable(),
    modelFailure: z.string().nullable(),
    meaning: z
      .string()
      .nullable()
      .describe(
        'What meaning was compared with, or why passages were searched by words only; null in old turns',
      ),
    helpful: z.boolean().nullable(),
    createdAt: timestamp,
  })
  .meta({ id: 'ChatTurn' });

export const chat = resource({
  id: 'chat',
  name: 'Policy Question',
  description: 'Questions answered from the policies, sentence by sentence with the passage it rests on.',
  operations: {
    query: operation({
      method: 'POST',
      path: '/chat/query',
      streams: true,
      summary: 'Ask a question about the policies',
      description:
        'Every sentence of an answer quotes a passage, and both are checked against it; what no passage says is not ' +
        'answered. Without a model the passages that fit best come back, and are called that. With ' +
        '`Accept: text/event-stream` the events `citations`, `sentence` and `answer` come one by one.',
      access: everyone,
      own: 'anyone',
      input: z.object({
        question: prose(3, 1000),
        conversationId: id.optional().describe('A conversation of yours to continue'),
        folder: z.enum(FOLDERS).optional().describe('Answer from these documents only'),
      }),
      output: turn,
      errors: ['NOT_FOUND'],
      simplified: ['answer', 'status', 'engine', 'citations', 'conversationId'],
      hints: { question: { multiline: true }, conversationId: { locator: false } },
    }),
    getConversation: operation({
      method: 'GET',
      path: '/chat/conversations/{conversationId}',
      summary: 'Get one of your conversations',
      access: everyone,
      own: 'anyone',
      input: z.object({ conversationId: id }),
      // A conversation with an assistant has the same name, and is another.
      hints: { conversationId: { locator: false } },
      output: z
        .object({ conversationId: id, createdAt: timestamp, turns: z.array(turn).describe('Oldest first') })
        .meta({ id: 'ChatConversation' }),
      errors: ['NOT_FOUND'],
    }),
    feedback: operation({
      method: 'POST',
      path: '/chat/feedback',
      summary: 'Say whether an answer helped',
      access: everyone,
      own: 'anyone',
      input: z.object({ turnId: id, helpful: z.boolean(), comment: prose(1, 2000).optional() }),
      output: turn,
      errors: ['NOT_FOUND'],
    }),
  },
});

/** What this module offers. */
export const contract = { policy, chat };
