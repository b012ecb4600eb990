import { PERSON } from './identity.ts';
import { type AnswerOf, type Step, step } from './step.ts';

const as = PERSON.quill;
const reason = 'It was written in this conversation.';
const conversationId = (answerOf: AnswerOf) => answerOf('conversation.create', 'linked').id;
const sha = (answerOf: AnswerOf) => answerOf('commit.list').items[0]?.sha ?? '';
const linkId = (answerOf: AnswerOf) => ({ linkId: answerOf('link.add').linkId });

/** A link between a conversation and the commit of the steps before. */
export const links: Step[] = [
  step(
    'conversation.create',
    { tool: 'codex', sessionId: 'steps-linked', messages: [{ author: 'human', text: 'Retry uploads' }] },
    { as, name: 'linked' },
  ),
  step('link.add', (answerOf) => ({ conversationId: conversationId(answerOf), sha: sha(answerOf), reason }), {
    as,
    matches: { level: 'added', status: 'confirmed' },
  }),
  step('link.list', { status: 'confirmed' }, { as, matches: { items: [{ level: 'added' }] } }),
  step('link.ofCommit', (answerOf) => ({ sha: sha(answerOf) }), {
    as,
    matches: { items: [{ status: 'confirmed' }] },
  }),
  step('link.ofConversation', (answerOf) => ({ conversationId: conversationId(answerOf) }), {
    as,
    matches: { items: [{ status: 'confirmed' }] },
  }),
  step('link.why', (answerOf) => ({ sha: sha(answerOf), file: 'src/upload.ts', line: 'retry();' }), {
    as,
    matches: { items: [] },
  }),
  step('link.reject', (answerOf) => ({ ...linkId(answerOf), reason }), {
    as,
    matches: { status: 'rejected' },
  }),
  step('link.confirm', linkId, { as, matches: { status: 'confirmed' } }),
  step('link.find', { days: 365 }),
];
