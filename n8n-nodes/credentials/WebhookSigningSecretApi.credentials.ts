import type { ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

/** The secret that a sender signs its webhooks with; its node tests it. */
export class WebhookSigningSecretApi implements ICredentialType {
  name = 'webhookSigningSecretApi';
  displayName = 'Webhook Signing Secret API';
  icon: Icon = { light: 'file:../icons/signed-webhook.svg', dark: 'file:../icons/signed-webhook.dark.svg' };
  documentationUrl = 'https://ai-manager.example/n8n#credentials';

  properties: INodeProperties[] = [
    {
      displayName: 'Secret',
      name: 'secret',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      required: true,
      description: 'The secret as shown by the sender, such as whsec_... or your own token',
    },
    {
      displayName: 'Previous Secret',
      name: 'previousSecret',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      description: 'Also accepted while you rotate the secret. Clear it afterwards.',
    },
  ];
}
