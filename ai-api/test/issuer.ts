import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { listening } from './ports.ts';

type Algorithm = 'RS256' | 'ES256' | 'EdDSA' | 'PS256';

export interface TestIssuer {
  issuer: string;
  /** How often the keys were asked for. */
  fetches: number;
  /** The keys are not answered while this is set. */
  isDown: boolean;
  /** Makes a key and publishes it; `hidden` keys sign without being known. */
  addKey(kid: string, algorithm?: Algorithm, hidden?: boolean): Promise<void>;
  removeKey(kid: string): void;
  publicJwk(kid: string): JWK;
  /** `named` false leaves the key's id out. */
  sign(claims: JWTPayload, kid?: string, named?: boolean): Promise<string>;
  stop(): Promise<void>;
}

/** Issues tokens and publishes the keys they are signed with, as OpenID discovery says. */
export async function startIssuer(): Promise<TestIssuer> {
  const keys = new Map<string, { algorithm: Algorithm; privateKey: CryptoKey; jwk: JWK; hidden: boolean }>();
  const http = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (issuer.isDown) {
      response.writeHead(503).end('{}');
    } else if (request.url === '/.well-known/openid-configuration') {
      response.end(JSON.stringify({ issuer: issuer.issuer, jwks_uri: `${issuer.issuer}/keys` }));
    } else {
      issuer.fetches++;
      const published = [...keys.values()].filter(({ hidden }) => !hidden);
      response.end(JSON.stringify({ keys: published.map(({ jwk }) => jwk) }));
    }
  });
  const port = await listening(http);
  const issuer: TestIssuer = {
    issuer: `http://127.0.0.1:${port}`,
    fetches: 0,
    isDown: false,
    addKey: async (kid, algorithm = 'RS256', hidden = false) => {
      const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
      const jwk = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' };
      keys.set(kid, { algorithm, privateKey, jwk, hidden });
    },
    removeKey: (kid) => void keys.delete(kid),
    publicJwk: (kid) => keys.get(kid)?.jwk as JWK,
    sign: async (claims, kid = 'first', named = true) => {
      const key = keys.get(kid);
      if (!key) throw new Error(`no key ${kid}`);
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ iss: issuer.issuer, iat: now, exp: now + 600, ...claims })
        .setProtectedHeader({ alg: key.algorithm, ...(named ? { kid } : {}) })
        .sign(key.privateKey);
    },
    stop: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  await issuer.addKey('first');
  return issuer;
}
