import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

interface Claim {
  date: string;
  scope: string;
  signedHeaders: string;
  signature: string;
  payload: string;
}

/**
 * Whether a request to S3 carries the right signature, in its headers or in its query, over this body.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function isSignedBy(
  { accessKeyId, secretAccessKey }: Credentials,
  region: string,
  request: IncomingMessage,
  body: Buffer,
): boolean {
  const url = new URL(request.url ?? '', 'http://recorder');
  const claim = url.searchParams.has('X-Amz-Signature')
    ? ofQuery(url, accessKeyId)
    : ofHeaders(request, accessKeyId);
  if (!claim) return false;
  const day = claim.date.slice(0, 8);
  if (claim.scope !== `${day}/${region}/s3/aws4_request`) return false;
  if (/^[0-9a-f]{64}$/.test(claim.payload) && claim.payload !== sha256(body)) return false;
  const headers = claim.signedHeaders.split(';');
  const canonical = [
    request.method,
    url.pathname,
    canonicalQuery(url),
    ...headers.map(
      (name) =>
        `${name}:${String(request.headers[name] ?? '')
          .trim()
          .replace(/ +/g, ' ')}`,
    ),
    '',
    claim.signedHeaders,
    claim.payload,
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', claim.date, claim.scope, sha256(canonical)].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${secretAccessKey}`);
  return hmac(key, toSign).toString('hex') === claim.signature;
}

function ofHeaders({ headers }: IncomingMessage, accessKeyId: string): Claim | null {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
  const [, id, scope = '', signedHeaders = '', signature = ''] =
    pattern.exec(headers.authorization ?? '') ?? [];
  if (id !== accessKeyId) return null;
  return {
    date: String(headers['x-amz-date']),
    scope,
    signedHeaders,
    signature,
    payload: String(headers['x-amz-content-sha256']),
  };
}

function ofQuery({ searchParams }: URL, accessKeyId: string): Claim | null {
  const get = (name: string) => searchParams.get(`X-Amz-${name}`) ?? '';
  const [id, ...scope] = get('Credential').split('/');
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(get('Date')) ?? [];
  const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (id !== accessKeyId || !(signedAt + Number(get('Expires')) * 1000 > Date.now())) return null;
  return {
    date: get('Date'),
    scope: scope.join('/'),
    signedHeaders: get('SignedHeaders'),
    signature: get('Signature'),
    payload: 'UNSIGNED-PAYLOAD',
  };
}

function canonicalQuery({ search }: URL): string {
  return search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !pair.startsWith('X-Amz-Signature='))
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort()
    .join('&');
}

function sha256(text: Buffer | string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
