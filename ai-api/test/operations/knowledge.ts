import { PERSON } from './identity.ts';
import { type AnswerOf, type Step, step } from './step.ts';

const LEAVE = `# Leave policy

## Parental leave

Every parent gets 16 weeks of paid parental leave, to be taken within the first year.
`;
const OLD = '# Old leave policy\n\nNobody gets any parental leave.\n';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const uploaded = (name: string) => (answerOf: AnswerOf) => ({
  documentId: answerOf('policy.upload', name).documentId,
});

/** Policies and questions about them. */
export const knowledge: Step[] = [
  ...[
    { name: 'leave.md', text: LEAVE },
    { name: 'old-leave.md', text: OLD },
  ].flatMap(({ name, text }) => [
    step(
      'policy.upload',
      { folder: 'policies', name, contentType: 'text/markdown', base64: base64(text), comment: 'First one.' },
      { as: PERSON.executive, name, matches: { version: 1 } },
    ),
    step('policy.get', uploaded(name), {
      eventually: true,
      matches: { state: 'indexed', versions: [{ version: 1 }] },
    }),
  ]),
  step('policy.reindex', uploaded('leave.md')),
  step('policy.get', uploaded('leave.md'), { eventually: true, matches: { state: 'indexed' } }),
  step(
    'policy.retire',
    (answerOf) => ({
      documentId: answerOf('policy.upload', 'old-leave.md').documentId,
      reason: 'There is a new one.',
      supersededBy: answerOf('policy.upload', 'leave.md').documentId,
    }),
    { as: PERSON.executive, matches: { status: 'superseded' } },
  ),
  step('policy.list', { status: 'active' }, { matches: { items: [{ name: 'leave.md' }] } }),
  step(
    'policy.search',
    { query: 'How long is parental leave?', by: 'both', limit: 3 },
    { as: PERSON.quill, matches: { passages: [{ title: 'Leave policy' }] } },
  ),
  step(
    'chat.query',
    { question: 'How many weeks of parental leave are there?', folder: 'policies' },
    { as: PERSON.quill, matches: { status: 'answered', engine: 'model' } },
  ),
  step('chat.getConversation', (answerOf) => ({ conversationId: answerOf('chat.query').conversationId }), {
    as: PERSON.quill,
    matches: { turns: [{ status: 'answered' }] },
  }),
  step(
    'chat.feedback',
    (answerOf) => ({ turnId: answerOf('chat.query').turnId, helpful: true, comment: 'It was.' }),
    { as: PERSON.quill, matches: { helpful: true } },
  ),
];
