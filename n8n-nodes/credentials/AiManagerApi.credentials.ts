import type {
  IAuthenticateGeneric,
  ICredentialTestRequest,
  ICredentialType,
  Icon,
  INodeProperties,
} from 'n8n-workflow';

/** Address of an AI Manager API and a key for it, sent as a bearer token. */
export class AiManagerApi implements ICredentialType {
  name = 'aiManagerApi';
  displayName = 'AI Manager API';
  icon: Icon = { light: 'file:../icons/ai-manager.svg', dark: 'file:../icons/ai-manager.dark.svg' };
  documentationUrl = 'https://ai-manager.example/n8n#credential';

  properties: INodeProperties[] = [
    {
      displayName: 'Base URL',
      name: 'baseUrl',
      type: 'string',
      default: 'http://127.0.0.1:8000',
      required: true,
      placeholder: 'e.g. https://api.example.com',
      description: 'Address of the AI Manager API as n8n reaches it',
    },
    {
      displayName: 'API Key',
      name: 'apiKey',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      required: true,
      description: 'An API key of AI Manager. Its roles determine which operations it can call.',
    },
  ];

  authenticate: IAuthenticateGeneric = {
    type: 'generic',
    properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
  };

  test: ICredentialTestRequest = {
    request: { baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}', url: '/whoami' },
  };
}
