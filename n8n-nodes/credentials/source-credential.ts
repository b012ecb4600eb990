import type { IAuthenticateGeneric, ICredentialTestRequest, Icon, INodeProperties } from 'n8n-workflow';

/** What the credentials of the source systems share: an address, and a key that is sent as a bearer token. */
export const sourceIcon: Icon = {
  light: 'file:../icons/ai-manager.svg',
  dark: 'file:../icons/ai-manager.dark.svg',
};

/** The fields of a source's credential; `host` is the first label of the example address. */
export function sourceProperties(system: string, host: string): INodeProperties[] {
  return [
    {
      displayName: 'Base URL',
      name: 'baseUrl',
      type: 'string',
      default: '',
      required: true,
      placeholder: `e.g. https://${host}.example.com`,
      description: `Address of ${system} as n8n reaches it`,
    },
    {
      displayName: 'API Key',
      name: 'apiKey',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      required: true,
    },
  ];
}

export const bearer: IAuthenticateGeneric = {
  type: 'generic',
  properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
};

export const ping: ICredentialTestRequest = {
  request: { baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}', url: '/v1/ping' },
};
