import { createSign, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { selfSigned } from './certificate.ts';

const HOST = 'https://sns.eu-west-1.amazonaws.com';

export interface SnsRecorder {
  url: string;
  /** Paths that were fetched. */
  asked: string[];
  /** A notification as SNS posts it, signed; `changes` are made to it afterwards. */
  notification(topic: string, message: object, changes?: Record<string, string>): string;
  /** A request to confirm a subscription, signed. */
  confirmation(topic: string): string;
  close(): Promise<void>;
}

/** Amazon SNS on loopback: it signs messages with a certificate that it serves. */
export async function startSnsRecorder(): Promise<SnsRecorder> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const certificate = selfSigned(publicKey, privateKey, {
    name: 'sns.amazonaws.com',
    from: new Date(Date.now() - 86_400_000),
    to: new Date(Date.now() + 86_400_000),
  });
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(request.url?.endsWith('.pem') ? certificate : '<ConfirmSubscriptionResponse/>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  function signed(fields: Record<string, string>, names: string[]): Record<string, string> {
    const text = names.filter((name) => name in fields).map((name) => `${name}\n${fields[name]}\n`);
    const Signature = createSign('RSA-SHA256').update(text.join('')).sign(privateKey, 'base64');
    const SigningCertURL = `${HOST}/SimpleNotificationService-0123abcd.pem`;
    return { ...fields, SignatureVersion: '2', Signature, SigningCertURL };
  }

  const base = (TopicArn: string) => ({
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn,
    Timestamp: new Date().toISOString(),
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    notification: (topic, message, changes = {}) => {
      const fields = { Type: 'Notification', ...base(topic), Message: JSON.stringify(message) };
      const names = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
      return JSON.stringify({ ...signed(fields, names), ...changes });
    },
    confirmation: (topic) => {
      const fields = {
        Type: 'SubscriptionConfirmation',
        ...base(topic),
        Message: 'You have chosen to subscribe.',
        Token: 'token',
        SubscribeURL: `${HOST}/?Action=ConfirmSubscription&Token=token`,
      };
      const names = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
      return JSON.stringify(signed(fields, names));
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
