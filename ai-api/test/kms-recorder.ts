import { constants, createPrivateKey, createPublicKey, privateEncrypt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { testKey } from './licences/key.ts';

/** How the next requests are answered: as AWS does, by throttling, or not at all. */
export type KmsFault = null | 'throttle' | 'hang';

export interface KmsRecorder {
  url: string;
  /** Operations that were called, such as `Sign`. */
  calls: string[];
  fault: KmsFault;
  /** Keys that can be named, each with its PEM. */
  keys: Map<string, string>;
  close(): Promise<void>;
}

const signInput = z.strictObject({
  KeyId: z.string(),
  Message: z.base64(),
  MessageType: z.literal('DIGEST'),
  SigningAlgorithm: z.literal('RSASSA_PKCS1_V1_5_SHA_256'),
});
const readInput = z.strictObject({ KeyId: z.string() });

/** What PKCS #1 v1.5 puts before a SHA-256 digest. @see https://www.rfc-editor.org/rfc/rfc8017#section-9.2 */
const DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/**
 * AWS KMS on loopback, as far as signing uses it: it takes digests only, and names keys by id.
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
 */
export async function startKmsRecorder(): Promise<KmsRecorder> {
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).replace('TrentService.', '');
    const body: unknown = JSON.parse(await read(request));
    recorder.calls.push(operation);
    const answer = (status: number, value: object) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(value));
    const refuse = (type: string) => answer(400, { __type: type, message: type });
    if (recorder.fault === 'hang') return;
    if (recorder.fault === 'throttle') return refuse('ThrottlingException');
    if (!/^AWS4-HMAC-SHA256 /.test(request.headers.authorization ?? ''))
      return refuse('MissingAuthenticationTokenException');
    const input = (operation === 'Sign' ? signInput : readInput).safeParse(body);
    if (!input.success) return refuse('ValidationException');
    const pem = recorder.keys.get(input.data.KeyId);
    if (pem === undefined) return refuse('NotFoundException');
    if (operation === 'GetPublicKey') return answer(200, publicKey(input.data.KeyId, pem));
    const digest = Buffer.from((body as { Message: string }).Message, 'base64');
    if (digest.length !== 32) return refuse('ValidationException');
    const key = createPrivateKey(pem);
    const padded = Buffer.concat([DIGEST_INFO, digest]);
    const signature = privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, padded);
    answer(200, {
      KeyId: input.data.KeyId,
      Signature: signature.toString('base64'),
      SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const recorder: KmsRecorder = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    fault: null,
    keys: new Map([
      ['key-1', testKey()],
      ['key-2', testKey('second-licence-key')],
    ]),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return recorder;
}

function publicKey(KeyId: string, pem: string) {
  const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  return { KeyId, KeySpec: 'RSA_4096', KeyUsage: 'SIGN_VERIFY', PublicKey: der.toString('base64') };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** What the AWS SDK signs with, in this process and those that it starts. */
export const AWS_TEST_ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: 'AKIATEST',
  AWS_SECRET_ACCESS_KEY: 'secret-of-the-test',
  AWS_REGION: 'eu-central-1',
};
