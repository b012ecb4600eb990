import type {
  IAuthenticateGeneric,
  ICredentialTestRequest,
  ICredentialType,
  Icon,
  INodeProperties,
} from 'n8n-workflow';

/** Address of a Langfuse server and the keys of one of its projects. */
export class LangfuseApi implements ICredentialType {
  name = 'langfuseApi';
  displayName = 'Langfuse API';
  icon: Icon = { light: 'file:../icons/langfuse.svg', dark: 'file:../icons/langfuse.dark.svg' };
  documentationUrl = 'https://ai-manager.example/n8n#credentials';

  properties: INodeProperties[] = [
    {
      displayName: 'Base URL',
      name: 'baseUrl',
      type: 'string',
      default: 'https://cloud.langfuse.com',
      required: true,
      placeholder: 'e.g. https://langfuse.example.com',
      description: 'Address of the Langfuse server as n8n reaches it',
    },
    {
      displayName: 'Public Key',
      name: 'publicKey',
      type: 'string',
      default: '',
      required: true,
      placeholder: 'e.g. pk-lf-...',
    },
    {
      displayName: 'Secret Key',
      name: 'secretKey',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      required: true,
      placeholder: 'e.g. sk-lf-...',
    },
  ];

  authenticate: IAuthenticateGeneric = {
    type: 'generic',
    properties: {
      auth: { username: '={{$credentials.publicKey}}', password: '={{$credentials.secretKey}}' },
    },
  };

  test: ICredentialTestRequest = {
    request: { baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}', url: '/api/public/projects' },
  };
}
