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
    done: 'Thank you. A reviewer will look at this answer.',
  }),
];

const PICK = {
  title: 'No question yet',
  hint: 'Ask in your own words, for example how to claim overtime.',
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
      'Every sentence cites a passage. Questions that no policy covers are not answered.',
      ['policyConversation'],
    ),
    [
      cell(
        textArea('policyQuestion', {
          label: 'Your question',
          placeholder: 'How do I claim untracked time?',
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
      cell(button('policyNew', 'New conversation', [set('conversationId', '')]), 1),
    ],
    [
      cell(cardOf('policyAnswer', 'askPolicies', { from: 'card', height: 320, empty: PICK }), 3),
      cell(
        cardOf('policySources', 'askPolicies', {
          from: 'sources',
          height: 320,
          empty: { title: 'No passages', hint: 'The passages that support the answer appear here.' },
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
          empty: { title: 'No conversation', hint: 'Earlier questions in this conversation appear here.' },
        }),
      ),
    ],
  ],
};
