import { createServer } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { type JWKS } from 'oidc-provider';
import { freePort, listening } from './ports.ts';

export interface OidcServer {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** A client without a secret, as Cognito's is. */
  publicClientId: string;
  /** Who signs in next, with these claims. */
  person: Record<string, unknown> & { sub: string };
  stop(): Promise<void>;
}

/** A real OpenID provider on loopback, at which `person` signs in without a page. */
export async function startOidc(redirectUris: string[]): Promise<OidcServer> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: 'first', alg: 'RS256', use: 'sig' };
  const server: OidcServer = {
    issuer,
    clientId: 'ai-manager',
    clientSecret: 'a-secret-of-the-tests-that-is-long',
    publicClientId: 'ai-manager-public',
    person: { sub: 'nobody' },
    stop: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: server.clientId,
        client_secret: server.clientSecret,
        redirect_uris: redirectUris,
        token_endpoint_auth_method: 'client_secret_post',
      },
      {
        client_id: server.publicClientId,
        redirect_uris: redirectUris,
        token_endpoint_auth_method: 'none',
      },
    ],
    jwks: { keys: [jwk] } as JWKS,
    cookies: { keys: ['a key of the tests'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    findAccount: (_context, sub) => ({ accountId: sub, claims: async () => server.person }),
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId as string,
        accountId: oidc.session?.accountId as string,
      });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  const http = createServer((request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void answer(request, response);
    void provider.interactionFinished(request, response, { login: { accountId: server.person.sub } });
  });
  await listening(http, port);
  return server;
}
