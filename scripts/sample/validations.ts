import type { Client } from '../../ai-api/src/catalogue/client.ts';

type NewRuleSet = Parameters<Client['validationRuleSet']['create']>[0];
type Action = NonNullable<Parameters<Client['validation']['check']>[0]['action']>;

const RULE_SETS: readonly NewRuleSet[] = [
  {
    name: 'customer-answers',
    title: 'Answers to customers',
    description: 'What an answer needs before it is sent: no promises, no personal data, short, with thanks.',
    rules: [
      {
        id: 'no-promises',
        title: 'No promises',
        type: 'forbids',
        values: ['guarantee', 'guaranteed', '100 %'],
        replaceWith: 'expect',
      },
      { id: 'no-personal-data', title: 'No personal data', type: 'pii' },
      {
        id: 'thanks',
        title: 'Thanks the customer',
        type: 'contains',
        values: ['thank'],
        wholeWords: false,
        hard: false,
        weight: 2,
      },
      { id: 'short', title: 'At most 60 words', type: 'length', unit: 'words', max: 60, hard: false },
      { id: 'english', title: 'In English', type: 'language', languages: ['en'] },
    ],
    scoring: {
      passAt: 60,
      bands: [
        { name: 'ready to send', from: 90 },
        { name: 'usable', from: 60 },
      ],
    },
    examples: [
      {
        text: 'Thank you for your message. The invoice was corrected and is attached to this answer.',
        passes: true,
      },
      { text: 'We guarantee that the invoice is right. Thank you for asking us about it.', passes: false },
      {
        text: 'Thank you for your message. Please write to billing@sample-company.example instead.',
        passes: false,
      },
    ],
  },
  {
    name: 'weekly-feedback',
    title: 'Feedback to builders',
    description: 'The tone of weekly feedback: concrete, with a next step, without blame.',
    rules: [
      { id: 'no-blame', title: 'No blame', type: 'forbids', values: ['lazy', 'useless', 'your fault'] },
      {
        id: 'next-step',
        title: 'Names a next step',
        type: 'regex',
        pattern: '\\b(next|try|start|stop)\\b',
        ignoreCase: true,
      },
      { id: 'figures', title: 'Has a figure', type: 'regex', pattern: '\\d', hard: false, weight: 2 },
      {
        id: 'sentences',
        title: 'Two to six sentences',
        type: 'length',
        unit: 'sentences',
        min: 2,
        max: 6,
        hard: false,
      },
    ],
    scoring: { passAt: 70, bands: [{ name: 'good', from: 85 }] },
    examples: [
      {
        text: 'You shipped 3 features this week. Next, write down what customers said about them.',
        passes: true,
      },
      { text: 'You were lazy this week. Next time work more.', passes: false },
    ],
  },
  {
    name: 'extracted-invoice',
    title: 'Invoices that a model read',
    description: 'The JSON that an agent takes out of an invoice, before it is booked.',
    rules: [
      {
        id: 'schema',
        title: 'Fits the schema',
        type: 'json',
        schema: {
          type: 'object',
          required: ['number', 'iban', 'total'],
          properties: {
            number: { type: 'string', pattern: '^INV-[0-9]{4,}$' },
            iban: { type: 'string', format: 'iban' },
            total: { type: 'number', exclusiveMinimum: 0 },
          },
          additionalProperties: false,
        },
      },
      { id: 'plausible', title: 'Total is plausible', type: 'cel', that: 'json.total < 100000.0' },
    ],
    examples: [
      { text: '{"number":"INV-1042","iban":"DE89370400440532013000","total":129.5}', passes: true },
      { text: '{"number":"1042","iban":"DE89370400440532013000","total":129.5}', passes: false },
    ],
  },
];

const TEXTS: readonly { ruleSet: string; action: Action; text: string }[] = [
  {
    ruleSet: 'customer-answers',
    action: 'exception',
    text: 'Thank you for writing to us. The parcel left our house on Monday and arrives this week.',
  },
  {
    ruleSet: 'customer-answers',
    action: 'fix',
    text: 'Thank you for writing to us 😀. We guarantee that the parcel arrives this week, call +47 22 12 34 56.',
  },
  {
    ruleSet: 'customer-answers',
    action: 'filter',
    text: 'Thank you for your patience. Your card 4111 1111 1111 1111 was charged twice. One charge was returned today.',
  },
  {
    ruleSet: 'customer-answers',
    action: 'human',
    text: 'We cannot say anything about this order at the moment. Write to ola@sample-company.example about it.',
  },
  {
    ruleSet: 'customer-answers',
    action: 'exception',
    text: 'Vielen Dank für Ihre Nachricht. Das Paket ist seit Montag unterwegs und kommt diese Woche.',
  },
  {
    ruleSet: 'weekly-feedback',
    action: 'noop',
    text: 'You closed 14 tickets, 3 more than last week. Next, look at the two that customers opened again.',
  },
  { ruleSet: 'weekly-feedback', action: 'reask', text: 'A good week. Go on like this.' },
  {
    ruleSet: 'weekly-feedback',
    action: 'exception',
    text: 'The delay was your fault. Next time start earlier.',
  },
  {
    ruleSet: 'extracted-invoice',
    action: 'fix',
    text: 'Here it is:\n```json\n{"number":"INV-2210","iban":"DE89370400440532013000","total":4810}\n```',
  },
  {
    ruleSet: 'extracted-invoice',
    action: 'exception',
    text: '{"number":"INV-2211","iban":"DE88370400440532013000","total":99}',
  },
];

/** Three rule sets with verdicts of every sort, one of which a person decided. A second start changes nothing. */
export async function validations(executive: Client): Promise<void> {
  const { items } = await executive.validationRuleSet.list({ limit: 1 });
  if (items.length > 0) return;
  for (const given of RULE_SETS) {
    await executive.validationRuleSet.create(given);
    await executive.validationRuleSet.publish({ name: given.name, version: 1 });
  }
  for (const [index, text] of TEXTS.entries())
    await executive.validation.check({ ...text, reference: `sample ${index + 1}` });
  const { items: failed } = await executive.validation.list({ ruleSet: 'weekly-feedback', status: 'failed' });
  const last = failed.at(-1);
  if (last)
    await executive.validation.override({
      resultId: last.resultId,
      status: 'passed',
      reason: 'Praise needs no next step in a week without trouble.',
    });
}
