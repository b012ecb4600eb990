import { clear, run, set } from '../build/actions.ts';
import { cardOf, pageHeader } from '../build/blocks.ts';
import { textArea } from '../build/fields.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell } from '../build/widgets.ts';

const turnId = '{{queries.askPolicies.data.turnId}}';

export const policyQuestionQueries: Query[] = [
  api.read('askPolicies', 'chat.query', {
    options: {
      question: '{{components.policyQuestion.value}}',
      conversationId: '{{variables.conversationId}}',
    },
    transform: 'policy-answer',
    next: [
      clear('policyQuestion'),
      set('conversationId', '{{queries.askPolicies.data.conversationId}}'),
      run('policyConversation'),
    ],
  }),
  api.read('policyConversation', 'chat.getConversation', {
    options: { conversationId: '{{variables.conversationId}}' },
    transform: 'policy-conversation',
  }),
  api.write('answerHelped', 'chat.feedback', {
    options: { turnId, helpful: 'true' },
    done: 'Thank you.',
  }),
  api.write('answerFailed', 'chat.feedback', {
    options: { turnId, helpful: 'false' },
    done: 'Thank you. Somebody will look at it.',
  }),
];

const PICK = {
  title: 'Nothing asked yet',
  hint: 'Ask in your own words, for example how overtime is claimed.',
};
const none = '!queries.askPolicies.data?.turnId';

/** Questions answered from the policies, with the passages they rest on. */
export const policyQuestionsPage: Page = {
  handle: 'ask',
  name: 'Ask the policies',
  icon: 'IconMessageQuestion',
  onLoad: [],
  rows: [
    ...pageHeader(
      'ask',
      'Ask the policies',
      'Every sentence names the passage it rests on. What no policy says is not answered.',
      ['policyConversation'],
    ),
    [
      cell(
        textArea('policyQuestion', {
          label: 'Your question',
          placeholder: 'How is time claimed that was not tracked?',
          most: 1000,
          height: 96,
        }),
        5,
      ),
      cell(
        button('policyAsk', 'Ask', [run('askPolicies')], {
          kind: 'primary',
          busy: '{{queries.askPolicies.isLoading}}',
          disabled: '{{(components.policyQuestion.value ?? "").trim().length < 3}}',
        }),
        1,
      ),
      cell(button('policyNew', 'New subject', [set('conversationId', '')]), 1),
    ],
    [
      cell(cardOf('policyAnswer', 'askPolicies', { from: 'card', height: 320, empty: PICK }), 3),
      cell(
        cardOf('policySources', 'askPolicies', {
          from: 'sources',
          height: 320,
          empty: { title: 'No passages', hint: 'What an answer rests on stands here.' },
        }),
        3,
      ),
    ],
    [
      cell(
        button('policyHelped', 'This helped', [run('answerHelped')], {
          busy: '{{queries.answerHelped.isLoading}}',
          disabled: `{{${none}}}`,
        }),
      ),
      cell(
        button('policyFailed', 'This did not help', [run('answerFailed')], {
          busy: '{{queries.answerFailed.isLoading}}',
          disabled: `{{${none}}}`,
        }),
      ),
    ],
    [
      cell(
        cardOf('policyHistory', 'policyConversation', {
          from: 'card',
          height: 280,
          empty: { title: 'No conversation', hint: 'Earlier questions of it stand here.' },
        }),
      ),
    ],
  ],
};
