import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startInbox } from '../../../test/inbox-fixture.ts';
import { MailError, openMailer } from './mailer.ts';

const MAIL = {
  from: 'AI Manager <no-reply@example.com>',
  to: { name: 'Sample, Ada <x@y>', address: 'ada@example.com' },
  subject: 'Your week',
  html: '<p>Well done</p>',
  text: 'Well done',
};

describe('the mailer', () => {
  it('delivers HTML and text, and keeps a name with commas and brackets one recipient', async () => {
    const inbox = await startInbox();
    const mailer = open(inbox.smtpUrl, { driver: 'dev-inbox' });
    const { messageId } = await mailer.send(MAIL);
    expect(mailer.driver).toBe('dev-inbox');
    expect(messageId).toMatch(/^<.+@.+>$/);
    expect(inbox.messages()).toMatchObject([
      {
        from: { name: 'AI Manager', address: 'no-reply@example.com' },
        to: [{ name: 'Sample, Ada <x@y>', address: 'ada@example.com' }],
        envelope: { from: 'no-reply@example.com', to: ['ada@example.com'] },
      },
    ]);
    const id = inbox.messages()[0]?.id;
    const message = await (await fetch(`${inbox.url}/api/messages/${id}`)).json();
    expect(message).toMatchObject({
      messageId,
      subject: 'Your week',
      text: 'Well done',
      html: '<p>Well done</p>',
    });
  });

  it('keeps a line break in a subject or name from becoming a header or a recipient', async () => {
    const inbox = await startInbox();
    const to = { name: 'Ada\r\nBcc: evil@example.com', address: 'ada@example.com' };
    await open(inbox.smtpUrl).send({ ...MAIL, to, subject: 'Hi\r\nBcc: evil@example.com' });
    expect(inbox.messages()[0]?.envelope.to).toEqual(['ada@example.com']);
    expect(inbox.messages({ to: 'evil@example.com>' }).length).toBe(0);
  });

  it.each([
    '',
    'ada',
    'a@example.com, b@example.com',
    'a b@example.com',
    'a@example.com\r\nRCPT TO:<b@c>',
    'a@example.com, b <c@d>',
    'A <a@b> <c@d>',
  ])('refuses the recipient %j without asking the server', async (to) => {
    const mailer = open('smtp://127.0.0.1:1');
    await expect(mailer.send({ ...MAIL, to })).rejects.toMatchObject({
      name: 'MailError',
      retryable: false,
    });
  });

  it('tries again after a 4xx reply, under the same Message-ID', async () => {
    const server = await recorder({ replies: ['451 try later', '451 try later', '250 ok'] });
    const { messageId } = await open(server.url).send(MAIL);
    expect(server.mails).toHaveLength(3);
    for (const mail of server.mails) expect(mail).toContain(`Message-ID: ${messageId}`);
  });

  it('gives up after its attempts, and says that the mail may be taken later', async () => {
    const server = await recorder({ replies: Array(5).fill('451 try later') });
    const sending = open(server.url, { attempts: 2 }).send(MAIL);
    await expect(sending).rejects.toMatchObject({
      retryable: true,
      message: expect.stringContaining('451 try later'),
    });
    expect(server.mails).toHaveLength(2);
  });

  it('does not try again after a 5xx reply', async () => {
    const server = await recorder({ replies: ['554 never'] });
    const sending = open(server.url).send(MAIL);
    await expect(sending).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining('554 never'),
    });
    expect(server.mails).toHaveLength(1);
  });

  it('does not send again what was handed over and not answered', async () => {
    const server = await recorder({ replies: ['hang up', '250 ok'] });
    const sending = open(server.url).send(MAIL);
    await expect(sending).rejects.toMatchObject({ mayBeSent: true, responseCode: null });
    expect(server.mails).toHaveLength(1);
  });

  it('waits for the answer to a mail at most `timeoutMs`, and does not send it again', async () => {
    const server = await recorder({ replies: ['say nothing', '250 ok'] });
    const sending = open(server.url, { timeoutMs: 300 }).send(MAIL);
    await expect(sending).rejects.toMatchObject({ mayBeSent: true });
    expect(server.mails).toHaveLength(1);
  });

  it.each(['MAIL', 'DATA'])(
    'sends again what a server hung up on at %s, which it cannot have taken',
    async (at) => {
      const server = await recorder({ replies: ['250 ok'], hangsUpAt: at });
      await open(server.url).send(MAIL);
      expect(server.mails).toHaveLength(1);
    },
  );

  it.each(['MAIL', 'DATA'])('says that a mail was not taken when a server hung up at %s', async (at) => {
    const server = await recorder({ replies: [], hangsUpAt: at });
    const sending = open(server.url, { attempts: 1 }).send(MAIL);
    await expect(sending).rejects.toMatchObject({ retryable: true, mayBeSent: false });
  });

  it('gives a server that does not answer the time it was given, and no more', async () => {
    const server = await recorder({ replies: [], silent: true });
    const sending = open(server.url, { timeoutMs: 50, attempts: 1 }).send(MAIL);
    await expect(sending).rejects.toThrow(/no answer within 50 ms/);
  });

  it('names an unreachable server but not its password, and pauses after ten failures', async () => {
    const mailer = open('smtp://user:geheim@127.0.0.1:1', { attempts: 1 });
    for (let n = 0; n < 10; n += 1) {
      const error: unknown = await mailer.send(MAIL).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(MailError);
      expect(error).toMatchObject({ retryable: true, mayBeSent: false });
      expect(String(error)).toMatch(/127\.0\.0\.1:1: .*ECONNREFUSED/);
      expect(JSON.stringify(error) + String(error)).not.toContain('geheim');
    }
    await expect(mailer.send(MAIL)).rejects.toThrow('failed 10 times in a row');
  });

  it.each(['http://example.com', 'example.com:25', 'smtp://', ''])(
    'refuses the SMTP URL %j at once',
    (smtpUrl) => {
      expect(() => openMailer({ smtpUrl })).toThrow('must start with smtp:// or smtps://');
    },
  );

  it('closes twice without complaint', async () => {
    const inbox = await startInbox();
    const mailer = open(inbox.smtpUrl);
    await mailer.send(MAIL);
    await Promise.all([mailer.close(), mailer.close()]);
    await expect(mailer.send(MAIL)).rejects.toThrow(MailError);
  });
});

function open(smtpUrl: string, options: Partial<Parameters<typeof openMailer>[0]> = {}) {
  const mailer = openMailer({ smtpUrl, backoffMs: 1, ...options });
  onTestFinished(() => mailer.close());
  return mailer;
}

interface Behaviour {
  /** Of each mail in turn; `hang up` and `say nothing` are no answers. */
  replies: string[];
  /** Does not even greet. */
  silent?: boolean;
  /** The command at which it ends the first connection. */
  hangsUpAt?: string;
}

/** An SMTP server that answers each mail in turn as it is configured. */
async function recorder({ replies, silent = false, hangsUpAt }: Behaviour) {
  let hasHungUp = false;
  const mails: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    if (silent) return;
    socket.write('220 recorder\r\n');
    let data: string[] | null = null;
    createInterface(socket).on('line', (line) => {
      if (data && line === '.') {
        mails.push(data.join('\n'));
        data = null;
        const reply = replies.shift();
        if (reply === 'hang up') socket.destroy();
        else if (reply !== 'say nothing') socket.write(`${reply}\r\n`);
      } else if (data) data.push(line);
      else if (!hasHungUp && hangsUpAt !== undefined && line.startsWith(hangsUpAt)) {
        hasHungUp = true;
        socket.destroy();
      } else if (line === 'DATA') {
        data = [];
        socket.write('354 go on\r\n');
      } else socket.write('250 ok\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `smtp://127.0.0.1:${(server.address() as { port: number }).port}`, mails };
}
