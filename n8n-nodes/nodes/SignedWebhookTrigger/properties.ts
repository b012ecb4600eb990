import type { INodeProperties } from 'n8n-workflow';

const displayOptions = { show: { provider: ['custom'] } };

/** The HMAC of a sender that is not in the list of providers. */
const customProperties: INodeProperties[] = [
  {
    displayName: 'Signature Header',
    name: 'signatureHeader',
    type: 'string',
    required: true,
    default: 'X-Signature',
    displayOptions,
  },
  {
    displayName: 'Signature Prefix',
    name: 'prefix',
    type: 'string',
    default: '',
    placeholder: 'e.g. sha256=',
    description: 'Text before the signature in its header',
    displayOptions,
  },
  {
    displayName: 'Algorithm',
    name: 'algorithm',
    type: 'options',
    default: 'sha256',
    options: [
      { name: 'HMAC-SHA256', value: 'sha256' },
      { name: 'HMAC-SHA384', value: 'sha384' },
      { name: 'HMAC-SHA512', value: 'sha512' },
    ],
    displayOptions,
  },
  {
    displayName: 'Encoding',
    name: 'encoding',
    type: 'options',
    default: 'hex',
    options: [
      { name: 'Base64', value: 'base64' },
      { name: 'Base64url', value: 'base64url' },
      { name: 'Hexadecimal', value: 'hex' },
    ],
    description: 'Encoding of the signature',
    displayOptions,
  },
  {
    displayName: 'Signed Content',
    name: 'signedContent',
    type: 'string',
    required: true,
    default: '{body}',
    placeholder: 'e.g. {timestamp}.{body}',
    description: 'Signed content: {body}, optionally with {timestamp} and {delivery}',
    displayOptions,
  },
  {
    displayName: 'Timestamp Header',
    name: 'timestampHeader',
    type: 'string',
    default: '',
    placeholder: 'e.g. X-Timestamp',
    description:
      'Header with the time: seconds or milliseconds since 1970, or ISO 8601. If set, old deliveries are rejected. Include it in the signed content.',
    displayOptions,
  },
  {
    displayName: 'ID Header',
    name: 'idHeader',
    type: 'string',
    default: '',
    placeholder: 'e.g. X-Delivery',
    description: 'Header with the delivery ID, used to detect repeated deliveries',
    displayOptions,
  },
  {
    displayName: 'Event Header',
    name: 'eventHeader',
    type: 'string',
    default: '',
    placeholder: 'e.g. X-Event',
    description: 'Header with the event type. Defaults to the field type or event of the body.',
    displayOptions,
  },
  {
    displayName: 'Secret Encoding',
    name: 'secretEncoding',
    type: 'options',
    default: 'utf8',
    options: [
      { name: 'Base64', value: 'base64' },
      { name: 'Hexadecimal', value: 'hex' },
      { name: 'Text', value: 'utf8' },
    ],
    displayOptions,
  },
];

/** The form of the trigger. */
export const properties: INodeProperties[] = [
  {
    displayName: 'Sender',
    name: 'provider',
    type: 'options',
    noDataExpression: true,
    default: 'github',
    options: [
      {
        name: 'Custom HMAC',
        value: 'custom',
        description: 'An HMAC over the body in a header of your choice',
      },
      { name: 'GitHub', value: 'github', description: 'X-Hub-Signature-256' },
      { name: 'GitLab', value: 'gitlab', description: 'Signing token: webhook-signature' },
      { name: 'GitLab (Secret Token)', value: 'gitlabToken', description: 'X-Gitlab-Token, not signed' },
      { name: 'Slack', value: 'slack', description: 'X-Slack-Signature' },
      {
        name: 'Standard Webhooks',
        value: 'standard',
        description: 'Webhook-signature, as many services send',
      },
      { name: 'Stripe', value: 'stripe', description: 'Stripe-Signature' },
    ],
  },
  ...customProperties,
  {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add Option',
    default: {},
    options: [
      {
        displayName: 'Events',
        name: 'events',
        type: 'string',
        default: '',
        placeholder: 'e.g. push, pull_request.*',
        description: 'Event types that start the workflow, separated by commas. Defaults to all.',
      },
      {
        displayName: 'Ignore Repeated Deliveries',
        name: 'ignoreDuplicates',
        type: 'boolean',
        default: true,
        description: 'Whether a repeated delivery is acknowledged without running the workflow',
      },
      {
        displayName: 'Tolerance',
        name: 'tolerance',
        type: 'number',
        typeOptions: { minValue: 1, maxValue: 86_400 },
        default: 300,
        description: 'Allowed difference in seconds between the signed timestamp and the clock of n8n',
      },
    ],
  },
];
