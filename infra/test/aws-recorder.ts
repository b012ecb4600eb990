import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface AwsRecorder {
  /** Secrets by name. */
  secrets: Map<string, Record<string, string>>;
  /** Users that a key was made for. */
  keysOf: string[];
  env: Record<string, string>;
  close(): Promise<void>;
}

/** What the bootstrap task uses of Secrets Manager and IAM, on a loopback port. */
export async function startAwsRecorder(): Promise<AwsRecorder> {
  const secrets: AwsRecorder['secrets'] = new Map();
  const keysOf: string[] = [];
  const server = createServer(async (request, response) => {
    const body = String(await buffer(request));
    if (!/^AWS4-HMAC-SHA256 Credential=/.test(request.headers.authorization ?? ''))
      return response.writeHead(403).end();
    const target = String(request.headers['x-amz-target'] ?? '').split('.')[1];
    if (!target) {
      const form = new URLSearchParams(body);
      keysOf.push(form.get('UserName') ?? '');
      return response
        .writeHead(200, { 'content-type': 'text/xml' })
        .end(
          '<CreateAccessKeyResponse><CreateAccessKeyResult><AccessKey><AccessKeyId>AKIDMAIL</AccessKeyId><SecretAccessKey>mail-secret</SecretAccessKey><Status>Active</Status><UserName>mail</UserName></AccessKey></CreateAccessKeyResult></CreateAccessKeyResponse>',
        );
    }
    const { SecretId, SecretString } = JSON.parse(body) as { SecretId: string; SecretString?: string };
    const json = { 'content-type': 'application/x-amz-json-1.1' };
    if (target === 'PutSecretValue') {
      secrets.set(SecretId, JSON.parse(SecretString ?? '{}') as Record<string, string>);
      return response.writeHead(200, json).end(JSON.stringify({ Name: SecretId }));
    }
    const held = secrets.get(SecretId);
    if (!held)
      return response.writeHead(400, json).end(JSON.stringify({ __type: 'ResourceNotFoundException' }));
    return response
      .writeHead(200, json)
      .end(JSON.stringify({ Name: SecretId, SecretString: JSON.stringify(held) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    secrets,
    keysOf,
    env: {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'an-example-for-the-recorder',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
