import type { INodeProperties } from 'n8n-workflow';

/** The form: the question, whom to ask, how long to wait. */
export const properties: INodeProperties[] = [
  {
    displayName:
      'The execution waits here until an approver decides. It asks once for all input items and uses the values of the first item.',
    name: 'notice',
    type: 'notice',
    default: '',
  },
  {
    displayName: 'Question',
    name: 'title',
    type: 'string',
    required: true,
    default: '',
    placeholder: 'e.g. Count 12 hours of offline work?',
    description: 'Also the subject of the e-mail',
  },
  {
    displayName:
      'The first output is No Decision: it continues there when the time is over. Connect Approved and Declined to what follows a decision.',
    name: 'outputsNotice',
    type: 'notice',
    default: '',
  },
  {
    displayName: 'Approvers',
    name: 'approvers',
    type: 'string',
    default: '',
    placeholder: 'e.g. ada@example.com, ben@example.com',
    description:
      'E-mail addresses, separated by commas. Each approver gets a personal link; the first decision counts. If empty, the decision can only be made through the API.',
  },
  {
    displayName: 'Message',
    name: 'message',
    type: 'string',
    typeOptions: { rows: 4 },
    default: '',
    description: 'Information for the approvers',
  },
  {
    displayName: 'Details',
    name: 'details',
    type: 'fixedCollection',
    typeOptions: { multipleValues: true },
    placeholder: 'Add Detail',
    default: {},
    description: 'Facts to show as a table',
    options: [
      {
        displayName: 'Fact',
        name: 'facts',
        values: [
          { displayName: 'Name', name: 'name', type: 'string', default: '', required: true },
          { displayName: 'Value', name: 'value', type: 'string', default: '' },
        ],
      },
    ],
  },
  {
    displayName: 'Wait at Most',
    name: 'waitAmount',
    type: 'number',
    typeOptions: { minValue: 0 },
    required: true,
    default: 3,
    description: 'After this time the execution continues at the output No Decision',
  },
  {
    displayName: 'Unit',
    name: 'waitUnit',
    type: 'options',
    default: 'days',
    options: [
      { name: 'Days', value: 'days' },
      { name: 'Hours', value: 'hours' },
      { name: 'Minutes', value: 'minutes' },
    ],
  },
  {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add Option',
    default: {},
    options: [
      { displayName: 'Approve Button', name: 'approveLabel', type: 'string', default: 'Approve' },
      { displayName: 'Decline Button', name: 'declineLabel', type: 'string', default: 'Decline' },
      {
        displayName: 'Reason Required',
        name: 'reasonRequired',
        type: 'boolean',
        default: false,
        description: 'Whether approvers have to give a reason',
      },
      {
        displayName: 'Send E-Mails',
        name: 'notify',
        type: 'boolean',
        default: true,
        description:
          'Whether the API sends the links by e-mail. If off, approvers decide through the API or in an app.',
      },
    ],
  },
];
