import {
  type ICredentialsDecrypted,
  type ICredentialTestFunctions,
  type INodeCredentialTestResult,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookFunctions,
  type IWebhookResponseData,
  NodeConnectionTypes,
} from 'n8n-workflow';
import { properties } from './properties.ts';
import { receive } from './receive.ts';

/** Starts a workflow when a signed webhook arrives; what is not signed never gets in. */
export class SignedWebhookTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Signed Webhook Trigger',
    name: 'signedWebhookTrigger',
    icon: { light: 'file:../../icons/signed-webhook.svg', dark: 'file:../../icons/signed-webhook.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle: '={{$parameter["provider"]}}',
    description:
      'Starts the workflow when GitHub, GitLab, Stripe, Slack or another sender calls with a valid signature',
    defaults: { name: 'Signed Webhook Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'webhookSigningSecretApi', required: true, testedBy: 'signingSecretTest' }],
    webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' }],
    properties,
  };

  methods = {
    credentialTest: {
      async signingSecretTest(
        this: ICredentialTestFunctions,
        credential: ICredentialsDecrypted,
      ): Promise<INodeCredentialTestResult> {
        const { secret } = (credential.data ?? {}) as { secret?: string };
        if (!secret)
          return { status: 'Error', message: 'The secret is empty: every delivery would be rejected' };
        if (secret.trim() !== secret) {
          return {
            status: 'Error',
            message: 'The secret begins or ends with a space, which becomes part of it',
          };
        }
        return { status: 'OK', message: 'The secret is valid' };
      },
    },
  };

  webhookMethods = {
    default: {
      async checkExists(): Promise<boolean> {
        return true;
      },
      async create(): Promise<boolean> {
        return true;
      },
      async delete(): Promise<boolean> {
        return true;
      },
    },
  };

  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    return await receive(this);
  }
}
