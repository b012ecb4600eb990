import { PERSON } from './identity.ts';
import { type AnswerOf, type Step, step } from './step.ts';

const FILE = [
  '# aider chat started at 2026-10-05 09:00:00',
  '',
  '#### Why is the harbour light off?',
  '',
  'The bulb is missing.',
  '',
];
const saved = (answerOf: AnswerOf) => ({ conversationId: answerOf('conversation.create').id });
const as = PERSON.quill;

/** Conversations with coding assistants. */
export const conversations: Step[] = [
  step(
    'conversation.create',
    {
      tool: 'codex',
      sessionId: 'steps-1',
      repository: 'acme/harbour',
      messages: [
        { id: 'a', author: 'human', text: 'Why does drainLetters() lose a letter?' },
        { id: 'b', author: 'assistant', text: 'It is not awaited in src/queue/drain.ts.' },
      ],
    },
    { as, matches: { created: true, messages: { added: 2 } } },
  ),
  step(
    'conversation.import',
    { files: [{ name: '.aider.chat.history.md', base64: Buffer.from(FILE.join('\n')).toString('base64') }] },
    { as, matches: { files: [{ tool: 'aider', refused: null }] } },
  ),
  step('conversation.list', { tool: 'codex' }, { as, matches: { items: [{ repository: 'acme/harbour' }] } }),
  step(
    'conversation.search',
    { q: 'drain.ts', alpha: 0, explain: true },
    { as, eventually: true, matches: { total: 1, items: [{ explain: { words: { rank: 1 } } }] } },
  ),
  step('conversation.get', saved, { as, matches: { messages: 2, mine: true } }),
  step('conversation.listMessages', saved, {
    as,
    matches: { items: [{ author: 'human' }, { author: 'assistant' }] },
  }),
  step(
    'conversation.update',
    (answerOf) => ({ ...saved(answerOf), title: 'Lost letters', tags: ['queue'] }),
    {
      as,
      matches: { title: 'Lost letters', tags: ['queue'] },
    },
  ),
  step('conversation.export', saved, { as, matches: { contentType: 'text/markdown; charset=utf-8' } }),
  step('conversation.listRedactions', saved, { as, matches: { items: [] } }),
  step('conversation.share', saved, { as }),
  step('conversation.listShares', saved, { as, matches: { items: [{ revokedAt: null }] } }),
  step('conversation.readShared', (answerOf) => ({ token: answerOf('conversation.share').token }), {
    matches: { title: 'Lost letters' },
  }),
  step(
    'conversation.revokeShare',
    (answerOf) => ({ ...saved(answerOf), shareId: answerOf('conversation.share').shareId }),
    { as },
  ),
  step(
    'conversationPolicy.set',
    { scope: 'repository', pattern: 'acme/secret', action: 'do-not-save', reason: 'Customers.' },
    { as: PERSON.executive, matches: { action: 'do-not-save' } },
  ),
  step('conversationPolicy.list', {}, { as, matches: { items: [{ pattern: 'acme/secret' }] } }),
  step(
    'conversationPolicy.delete',
    (answerOf) => ({ policyId: answerOf('conversationPolicy.set').policyId }),
    {
      as: PERSON.executive,
    },
  ),
  step('conversation.delete', saved, { as }),
];
