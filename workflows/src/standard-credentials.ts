import type { CredentialInput } from './credentials.ts';

/** The header that starts a workflow from outside. */
export const START_HEADER = 'X-Start-Key';

/** How n8n reaches an SMTP server. */
export interface SmtpAccess {
  host: string;
  port: number;
  /** TLS from the first byte. */
  secure: boolean;
  /** Without STARTTLS, which servers of one machine do not offer. */
  disableStartTls: boolean;
  user: string;
  password: string;
}

/** What the workflows connect to. */
export interface InstallationAccess {
  api: { url: string; apiKey: string };
  mail: SmtpAccess;
  /** Value of {@link START_HEADER}. */
  startKey: string;
  /** Absent where Langfuse is not used; its workflow then stays inactive. */
  langfuse?: { url: string; publicKey: string; secretKey: string };
}

/**
 * The credentials that the workflow files name. Every installation creates them here, so that no workflow waits for
 * a credential under another name.
 */
export function standardCredentials({
  api,
  mail,
  startKey,
  langfuse,
}: InstallationAccess): CredentialInput[] {
  return [
    {
      name: 'AI Manager API',
      type: 'aiManagerApi',
      data: { baseUrl: api.url, apiKey: api.apiKey },
    },
    { name: 'Mail server', type: 'smtp', data: { ...mail } },
    {
      name: 'Start workflows from outside',
      type: 'httpHeaderAuth',
      data: { name: START_HEADER, value: startKey },
    },
    ...(langfuse
      ? [
          {
            name: 'Langfuse',
            type: 'langfuseApi',
            data: {
              baseUrl: langfuse.url,
              publicKey: langfuse.publicKey,
              secretKey: langfuse.secretKey,
            },
          },
        ]
      : []),
  ];
}
