import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the recorder answers for a secret: its text, or a way to go wrong. */
export type VaultReply =
  | string
  | { error: string; status?: number }
  | { body: string; status?: number }
  | 'hang!'
  | { binary: true };

export interface VaultRecorder {
  /** What is asked for, in order; a missing secret is one that AWS does not know. */
  secrets: Map<string, VaultReply>;
  asked: string[];
  /** The part of an environment that makes the AWS SDK talk to it. */
  env: Record<string, string>;
  close(): Promise<void>;
}

/**
 * AWS Secrets Manager's GetSecretValue on a loopback port, in its JSON 1.1 protocol; a call without the
 * protocol's headers or a signature is refused.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
export async function startVaultRecorder(): Promise<VaultRecorder> {
  const secrets = new Map<string, VaultReply>();
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const isCall =
      request.method === 'POST' &&
      request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue' &&
      /^AWS4-HMAC-SHA256 Credential=[^,]+\/secretsmanager\/aws4_request/.test(
        request.headers.authorization ?? '',
      );
    if (!isCall) return fail(response, 'InvalidSignatureException');
    const { SecretId } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { SecretId: string };
    asked.push(SecretId);
    answer(response, SecretId, secrets.get(SecretId) ?? { error: 'ResourceNotFoundException' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    secrets,
    asked,
    env: {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'an-example-for-the-recorder',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${port}`,
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function answer(response: ServerResponse, name: string, reply: VaultReply): void {
  if (reply === 'hang!') return;
  if (typeof reply === 'string') send(response, 200, { ...told(name), SecretString: reply });
  else if ('binary' in reply) send(response, 200, { ...told(name), SecretBinary: 'AAEC' });
  else if ('error' in reply) fail(response, reply.error, reply.status);
  else
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/x-amz-json-1.1' }).end(reply.body);
}

const told = (name: string) => ({
  ARN: `arn:aws:secretsmanager:eu-west-1:000000000000:secret:${name}-AbCdEf`,
  Name: name,
  VersionId: '00000000-0000-4000-8000-000000000000',
});

function fail(response: ServerResponse, type: string, status = 400): void {
  send(response, status, { __type: type, message: `${type}: about SENSITIVE-DETAIL` });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}
