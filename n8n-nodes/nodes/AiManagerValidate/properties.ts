import type { INodeProperties } from 'n8n-workflow';

/** The form: the text, the rules, and what becomes of a text that does not pass. */
export const properties: INodeProperties[] = [
  {
    displayName: 'Rule Set Name or ID',
    name: 'ruleSet',
    type: 'options',
    typeOptions: { loadOptionsMethod: 'ruleSets' },
    required: true,
    default: '',
    description:
      'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
  },
  {
    displayName: 'Text',
    name: 'text',
    type: 'string',
    typeOptions: { rows: 4 },
    required: true,
    default: '',
    placeholder: 'e.g. {{ $json.answer }}',
    description: 'The text to check, of every input item',
  },
  {
    displayName: 'If It Does Not Pass',
    name: 'action',
    type: 'options',
    default: 'exception',
    options: [
      {
        name: 'Ask a Person',
        value: 'human',
        description: 'A decision is requested; the item leaves by Fail',
      },
      { name: 'Fail', value: 'exception' },
      { name: 'Fix', value: 'fix', description: 'Mend it; what passes then leaves by Pass' },
      { name: 'Fix, Else Ask Again', value: 'fix_reask' },
      {
        name: 'Only Judge',
        value: 'noop',
        description: 'The verdict alone decides by which output it leaves',
      },
      { name: 'Remove Sentences', value: 'filter', description: 'Leave out the sentences that fail' },
      { name: 'Return Nothing', value: 'refrain' },
      { name: 'Ask Again', value: 'reask', description: 'The item leaves by Fail with words for the model' },
    ],
  },
  {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add Option',
    default: {},
    options: [
      {
        displayName: 'About',
        name: 'about',
        type: 'string',
        default: '',
        placeholder: 'e.g. builder:b-001',
        description: 'The person that the text is about, for access reports and erasure',
      },
      {
        displayName: 'Approvers',
        name: 'approvers',
        type: 'string',
        default: '',
        placeholder: 'e.g. ada@example.com, ben@example.com',
        description: 'E-mail addresses that are asked for a decision',
      },
      {
        displayName: 'Attempt',
        name: 'attempt',
        type: 'number',
        typeOptions: { minValue: 1, maxValue: 4 },
        default: 1,
        description: 'How often the text was written, this time included',
      },
      {
        displayName: 'Reference',
        name: 'reference',
        type: 'string',
        default: '',
        description: 'A name of yours for the text',
      },
      {
        displayName: 'Request',
        name: 'request',
        type: 'string',
        default: '',
        description: 'What the text answers, for rules that read it',
      },
    ],
  },
];
