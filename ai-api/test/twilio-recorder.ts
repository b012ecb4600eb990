import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

export const TWILIO = {
  accountSid: `AC${'0'.repeat(32)}`,
  authToken: 'an-example-for-the-recorder',
  from: '+15005550006',
};

/** What the API takes; anything else is refused with 400, as Twilio does. */
const message = z.strictObject({
  To: z.string().regex(/^\+[1-9]\d{6,14}$/),
  From: z.literal(TWILIO.from),
  Body: z.string().min(1).max(1600),
  StatusCallback: z.url().optional(),
});
export type TextSent = z.output<typeof message> & { sid: string };

/** How the next message is answered: taken, an error, a status without a body, or a connection that breaks. */
export type TwilioReply =
  | 'taken'
  | { code: number; status?: number }
  | { status: number }
  | 'break after taking';

export interface TwilioRecorder {
  env: Record<string, string>;
  /** Messages that were taken, oldest first. */
  taken: TextSent[];
  /** How many requests came. */
  requests(): number;
  replies: TwilioReply[];
  /** A form as Twilio posts it to a URL, with its signature. */
  sign(url: string, form: Record<string, string>, algorithm?: 'sha1' | 'sha256'): RequestInit;
  close(): Promise<void>;
}

/** Twilio's API for messages on loopback. */
export async function startTwilioRecorder(): Promise<TwilioRecorder> {
  const taken: TextSent[] = [];
  const replies: TwilioReply[] = [];
  let requests = 0;
  const server = createServer(async (request, response) => {
    requests++;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const credential = Buffer.from(`${TWILIO.accountSid}:${TWILIO.authToken}`).toString('base64');
    if (request.headers.authorization !== `Basic ${credential}`)
      return answer(401, { code: 20003, message: 'Authenticate' });
    if (request.url !== `/2010-04-01/Accounts/${TWILIO.accountSid}/Messages.json`)
      return answer(404, { code: 20404, message: 'Not found' });
    const form = message.safeParse(Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString())));
    if (!form.success) return answer(400, { code: 21211, message: form.error.message });
    const reply = replies.shift() ?? 'taken';
    const sid = `SM${String(requests).padStart(32, '0')}`;
    if (reply === 'taken' || reply === 'break after taking') taken.push({ ...form.data, sid });
    if (reply === 'taken') return answer(201, { sid, status: 'queued' });
    if (reply === 'break after taking') return request.socket.destroy();
    if ('code' in reply)
      return answer(reply.status ?? 400, { code: reply.code, message: `Error ${reply.code}` });
    response.writeHead(reply.status).end('<html></html>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    env: {
      TWILIO_ACCOUNT_SID: TWILIO.accountSid,
      TWILIO_AUTH_TOKEN: TWILIO.authToken,
      TWILIO_FROM: TWILIO.from,
      TWILIO_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    },
    taken,
    requests: () => requests,
    replies,
    sign: (url, form, algorithm = 'sha1') => {
      const text = Object.keys(form)
        .sort()
        .reduce((all, name) => all + name + form[name], url);
      const signature = createHmac(algorithm, TWILIO.authToken).update(text).digest('base64');
      return {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-twilio-signature': signature,
        },
        body: new URLSearchParams(form).toString(),
      };
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
