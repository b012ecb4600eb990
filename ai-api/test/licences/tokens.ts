import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { testKey } from './key.ts';

const encode = (part: object | string) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** Signs what no signer of ours would. */
export function forge(header: object, payload: object, key: KeyObject | string | null): string {
  const input = `${encode(header)}.${encode(payload)}`;
  const { alg = 'RS256' } = header as { alg?: string };
  return `${input}.${signatureOf(alg, input, key)}`;
}

function signatureOf(alg: string, input: string, key: KeyObject | string | null): string {
  if (key === null) return '';
  if (alg.startsWith('HS')) return createHmac('sha256', key).update(input).digest('base64url');
  const hash = `sha${alg.slice(2)}`;
  const padding = alg.startsWith('PS') ? { padding: 6, saltLength: Number(alg.slice(2)) / 8 } : {};
  return sign(hash, Buffer.from(input), { key: key as KeyObject, ...padding }).toString('base64url');
}

export interface Forgery {
  name: string;
  token(valid: string): string;
}

interface Known {
  kid: string;
  /** A key that is not published. */
  stranger: KeyObject;
}

/**
 * Tokens that must be refused, in the shape of Wycheproof's JWS vectors: one change each to a valid token.
 * @see https://github.com/C2SP/wycheproof
 */
export function forgeries({ kid, stranger }: Known): Forgery[] {
  const own = createPrivateKey(testKey());
  const publicPem = createPublicKey(own).export({ type: 'spki', format: 'pem' }).toString();
  const header = { alg: 'RS256', typ: 'license+jwt', kid };
  const payloadOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
  const withHeader = (name: string, change: object, key: KeyObject | string | null = own): Forgery => ({
    name,
    token: (valid) => forge({ ...header, ...change }, payloadOf(valid), key),
  });
  const withClaims = (name: string, change: Record<string, unknown>): Forgery => ({
    name,
    token: (valid) => forge(header, { ...payloadOf(valid), ...change }, own),
  });
  const withText = (name: string, change: (parts: string[]) => string[]): Forgery => ({
    name,
    token: (valid) => change(valid.split('.')).join('.'),
  });
  const flip = (text: string) => {
    const bytes = Buffer.from(text, 'base64url');
    bytes[10] = (bytes[10] ?? 0) ^ 1;
    return bytes.toString('base64url');
  };
  const at = Math.floor(Date.now() / 1000);
  return [
    withHeader('alg none', { alg: 'none' }, null),
    withHeader('alg None in another case', { alg: 'nOnE' }, null),
    withHeader('HS256 with the public key as secret', { alg: 'HS256' }, publicPem),
    withHeader('RS512 by the right key', { alg: 'RS512' }),
    withHeader('PS256 by the right key', { alg: 'PS256' }),
    withHeader('no alg', { alg: undefined }),
    withHeader('typ JWT', { typ: 'JWT' }),
    withHeader('typ of an access token', { typ: 'at+jwt' }),
    withHeader('no typ', { typ: undefined }),
    withHeader('an unknown kid', { kid: 'unknown' }, stranger),
    withHeader('no kid', { kid: undefined }),
    withHeader('a key that is not published, under a known kid', {}, stranger),
    withHeader(
      'its own key in the header',
      { jwk: createPublicKey(stranger).export({ format: 'jwk' }) },
      stranger,
    ),
    withHeader('a jku to follow', { jku: 'https://attacker.example/jwks.json' }, stranger),
    withHeader('a critical header that is not understood', { crit: ['future'], future: true }),
    withHeader('an empty crit', { crit: [] }),
    withHeader('a delegation that is no token', { dlg: 'nonsense' }),
    withHeader('a delegation by a key that is not published', {
      dlg: forge(
        { alg: 'RS256', typ: 'license-delegation+jwt', kid },
        { iat: at, nbf: at - 60, exp: at + 9000, jwk: createPublicKey(stranger).export({ format: 'jwk' }) },
        stranger,
      ),
    }),
    withClaims('an end in the past', { exp: at - 3600 }),
    withClaims('a begin in the future', { nbf: at + 3600 }),
    withClaims('no end', { exp: undefined }),
    withClaims('an end that is text', { exp: 'never' }),
    withClaims('no subject', { sub: undefined }),
    withText('a changed payload', ([head = '', body = '', tail = '']) => [head, flip(body), tail]),
    withText('a changed signature', ([head = '', body = '', tail = '']) => [head, body, flip(tail)]),
    withText('a signature that is cut', ([head = '', body = '', tail = '']) => [
      head,
      body,
      tail.slice(0, -4),
    ]),
    withText('no signature', ([head = '', body = '']) => [head, body, '']),
    withText('a part too many', (parts) => [...parts, 'more']),
    withText('a part too few', (parts) => parts.slice(0, 2)),
    withText('a signature with padding', ([head = '', body = '', tail = '']) => [head, body, `${tail}==`]),
  ];
}
