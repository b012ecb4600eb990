import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { createTransport } from 'nodemailer';
import { describe, expect, it, onTestFinished } from 'vitest';
import { getJson, getText, sendTo, silent, startInbox } from '../../../test/inbox-fixture.ts';
import { startDevInbox } from './dev-inbox.ts';
import { createInboxStore, type InboxMessage, type MessageSummary } from './inbox-store.ts';

const GREETING = ['HELO x', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA'];

describe('the dev inbox', () => {
  it('shows a mail with its text, its HTML, and its attachments to download', async () => {
    const inbox = await startInbox();
    const id = await sendTo(inbox.smtpUrl, {
      from: 'Ada Sample <ada@example.com>',
      to: ['J\u00f6rg Sample <joerg@example.com>', 'b@example.com'],
      cc: 'c@example.com',
      bcc: 'hidden@example.com',
      subject: 'Gr\u00fc\u00dfe aus der W02',
      text: 'plain words',
      html: '<p>rich words</p><img src="cid:dot">',
      attachments: [
        { filename: '\u00dcbersicht Q3.csv', content: 'a,b\n1,2\n' },
        { filename: 'dot.png', cid: 'dot', content: Buffer.from('not really a picture') },
      ],
    });
    const message = await getJson<InboxMessage>(`${inbox.url}/api/messages/${id}`);
    expect(message).toMatchObject({
      id,
      subject: 'Gr\u00fc\u00dfe aus der W02',
      from: { name: 'Ada Sample', address: 'ada@example.com' },
      to: [
        { name: 'J\u00f6rg Sample', address: 'joerg@example.com' },
        { name: '', address: 'b@example.com' },
      ],
      cc: [{ address: 'c@example.com' }],
      envelope: {
        from: 'ada@example.com',
        to: ['joerg@example.com', 'b@example.com', 'c@example.com', 'hidden@example.com'],
      },
      text: 'plain words',
      html: expect.stringMatching(/rich words.*data:image\/png;base64,/),
    });
    const table = message.attachments.find(({ filename }) => filename === '\u00dcbersicht Q3.csv');
    expect(table).toMatchObject({ contentType: 'text/csv', size: 8 });

    const page = await getText(`${inbox.url}/messages/${id}`);
    for (const shown of [
      'Gr\u00fc\u00dfe aus der W02',
      'joerg@example.com',
      'hidden@example.com',
      '\u00dcbersicht Q3.csv',
    ]) {
      expect(page).toContain(shown);
    }
    expect(await getText(`${inbox.url}/messages/${id}?view=text`)).toContain('plain words');
    expect(await getText(`${inbox.url}/messages/${id}/source`)).toContain('multipart/');
    expect(await getText(`${inbox.url}/messages/${id}/html`)).toContain('rich words');
    const download = await fetch(`${inbox.url}/messages/${id}/attachments/${table?.index}`);
    expect(download.headers.get('content-disposition')).toContain("filename*=UTF-8''%C3%9Cbersicht%20Q3.csv");
    expect(await download.text()).toBe('a,b\n1,2\n');
  });

  it('says of a part that is missing that it is missing', async () => {
    const { url, smtpUrl } = await startInbox();
    const text = await sendTo(smtpUrl, { text: 'words only' });
    expect(await getText(`${url}/messages/${text}`)).toContain('words only');
    expect(await getText(`${url}/messages/${text}?view=html`)).toContain('no HTML part');
    expect((await fetch(`${url}/messages/${text}/html`)).status).toBe(404);
    const rich = await sendTo(smtpUrl, { html: '<b>rich only</b>' });
    expect(await getText(`${url}/messages/${rich}?view=text`)).toContain('no plain text part');
  });

  it('says on an empty list how to send to it, and on an empty search that nothing matches', async () => {
    const { url, smtpUrl } = await startInbox();
    expect(await getText(url)).toContain(smtpUrl);
    await sendTo(smtpUrl, { subject: 'present', text: 'x' });
    const nothing = await getText(`${url}/?q=absent`);
    expect(nothing).toContain('Nothing matches');
    expect(nothing).not.toContain(smtpUrl);
  });

  it('finds mails by all words of a search, by recipient, hidden ones too, and by subject', async () => {
    const { url, smtpUrl, messages } = await startInbox();
    await sendTo(smtpUrl, { subject: 'Weekly R\u00c9SUM\u00c9', to: 'Ada <ada@example.com>', text: 'x' });
    await sendTo(smtpUrl, {
      subject: 'Weekly plan',
      to: 'bruno@example.com',
      bcc: 'audit@example.com',
      text: 'x',
    });
    await sendTo(smtpUrl, { subject: 'Alert', from: 'Monitor <monitor@example.com>', text: 'x' });
    const subjects = async (query: string) =>
      (await getJson<{ messages: MessageSummary[] }>(`${url}/api/messages?${query}`)).messages.map(
        ({ subject }) => subject,
      );
    expect(await subjects('q=weekly+plan')).toEqual(['Weekly plan']);
    expect(await subjects(`q=${encodeURIComponent('re\u0301sume\u0301 ADA')}`)).toEqual([
      'Weekly R\u00c9SUM\u00c9',
    ]);
    expect(await subjects('q=monitor')).toEqual(['Alert']);
    expect(await subjects('to=AUDIT@example.com')).toEqual(['Weekly plan']);
    expect(await subjects('subject=weekly')).toEqual(['Weekly plan', 'Weekly R\u00c9SUM\u00c9']);
    expect(await subjects('subject=weekly&to=nobody')).toEqual([]);
    expect(messages({ q: 'monitor' }).length).toBe(1);
    expect(await getText(`${url}/?q=plan`)).toContain('1 matching message');
  });

  it('lists the newest first, and as many as were asked for', async () => {
    const { url, smtpUrl } = await startInbox();
    for (let n = 1; n <= 3; n += 1) await sendTo(smtpUrl, { subject: `mail ${n}`, text: 'x' });
    const { messages, total } = await getJson<{ messages: MessageSummary[]; total: number }>(
      `${url}/api/messages?limit=2&q=mail`,
    );
    expect(messages.map(({ subject }) => subject)).toEqual(['mail 3', 'mail 2']);
    expect(total).toBe(3);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['limit=ten', 'limit'],
    ['q=a&q=b', 'q must be given once'],
  ])('answers 400 to ?%s and says what is wrong', async (query, detail) => {
    const { url } = await startInbox();
    const response = await fetch(`${url}/api/messages?${query}`);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({ status: 400, detail: expect.stringContaining(detail) });
  });

  it('answers 404 to an id, an attachment or a path that is not there', async () => {
    const { url, smtpUrl } = await startInbox();
    const id = await sendTo(smtpUrl, { text: 'x' });
    for (const path of [
      'messages/no',
      'api/messages/no',
      `messages/${id}/attachments/0`,
      'messages/..%2f..%2fx',
      'no',
    ]) {
      expect((await fetch(`${url}/${path}`)).status).toBe(404);
    }
    expect((await fetch(`${url}/messages/%ff`)).status).toBe(400);
  });

  it('empties on DELETE and by the button of its page, and takes mail again', async () => {
    const { url, smtpUrl, messages } = await startInbox();
    await sendTo(smtpUrl, { text: 'one' });
    await sendTo(smtpUrl, { text: 'two' });
    const deleted = await fetch(`${url}/api/messages`, { method: 'DELETE' });
    expect(await deleted.json()).toEqual({ deleted: 2 });
    await sendTo(smtpUrl, { text: 'three' });
    const emptied = await fetch(`${url}/empty`, {
      method: 'POST',
      headers: { origin: url },
      redirect: 'manual',
    });
    expect(emptied.status).toBe(303);
    expect(messages().length).toBe(0);
    expect(await getJson(`${url}/health`)).toEqual({ status: 'ok', messages: 0 });
  });

  it('takes any credentials by any method, and none', async () => {
    const { smtpUrl, smtpPort, messages } = await startInbox();
    for (const authMethod of ['PLAIN', 'LOGIN', 'CRAM-MD5']) {
      const auth = { user: 'whoever', pass: 'whatever' };
      const transport = createTransport({ host: '127.0.0.1', port: smtpPort, authMethod, auth });
      await transport.sendMail({ from: 'a@example.com', to: 'b@example.com', text: authMethod });
    }
    await sendTo(smtpUrl, { text: 'none' });
    expect(messages().length).toBe(4);
  });

  it('takes 300 mails at once and lists each of them', async () => {
    const { smtpUrl, messages } = await startInbox();
    const subjects = Array.from({ length: 300 }, (_, n) => `parallel ${n}`);
    const ids = await Promise.all(subjects.map((subject) => sendTo(smtpUrl, { subject, text: 'x' })));
    const listed = messages();
    expect(new Set(listed.map(({ subject }) => subject))).toEqual(new Set(subjects));
    expect(listed.map(({ id }) => id)).toEqual(ids.toSorted().reverse());
  });

  it('keeps the newest 500 mails, and no more', async () => {
    const store = createInboxStore();
    const envelope = { from: 'a@example.com', to: ['b@example.com'] };
    for (let n = 1; n <= 503; n += 1) await store.add(envelope, Buffer.from(`Subject: mail ${n}\r\n\r\nx`));
    expect(store.list().length).toBe(500);
    expect(store.list().at(-1)?.subject).toBe('mail 4');
  });

  it('keeps no mail whose sender went away in the middle', async () => {
    const { smtpPort, smtpUrl, messages } = await startInbox();
    const socket = connect(smtpPort, '127.0.0.1');
    const say = [...GREETING, 'Subject: half\r\n\r\nbody'];
    socket.on('data', () => {
      socket.write(`${say.shift()}\r\n`, () => {
        if (say.length === 0) socket.destroy();
      });
    });
    await new Promise((resolve) => socket.once('close', resolve));
    await sendTo(smtpUrl, { subject: 'whole', text: 'x' });
    expect(messages().map(({ subject }) => subject)).toEqual(['whole']);
  });

  it('refuses a mail over 10 MB with 552, announced or not, and the connection stays usable', async () => {
    const { smtpPort, smtpUrl, messages } = await startInbox();
    await expect(sendTo(smtpUrl, { text: 'x'.repeat(11_000_000) })).rejects.toMatchObject({
      responseCode: 552,
    });
    const socket = connect(smtpPort, '127.0.0.1');
    const body = `Subject: big\r\n\r\n${`${'x'.repeat(998)}\r\n`.repeat(10_600)}.`;
    const say = [...GREETING, body, ...GREETING.slice(1), 'Subject: small\r\n\r\nx\r\n.', 'QUIT'];
    const replies: string[] = [];
    for await (const reply of createInterface(socket)) {
      replies.push(reply.slice(0, 3));
      socket.write(`${say.shift()}\r\n`);
    }
    expect(replies).toEqual(['220', '250', '250', '250', '354', '552', '250', '250', '354', '250', '221']);
    expect(messages().map(({ subject }) => subject)).toEqual(['small']);
  });

  it('names the port, and what it was for, when it is taken, and leaves nothing open', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const start = (ports: { smtpPort: number; httpPort: number }) => startDevInbox({ ...ports, log: silent });
    await expect(start({ smtpPort: port, httpPort: 0 })).rejects.toThrow(
      `Port ${port} on 127.0.0.1, for the dev inbox's SMTP, is already in use.`,
    );
    const free = await startInbox();
    await free.close();
    await expect(start({ smtpPort: free.smtpPort, httpPort: port })).rejects.toThrow(
      `Port ${port} on 127.0.0.1, for the dev inbox's web page, is already in use.`,
    );
    const started = await start({ smtpPort: free.smtpPort, httpPort: 0 });
    await started.close();
  });

  it('closes twice without complaint, with a connection open, and is unreachable then', async () => {
    const inbox = await startInbox();
    const pool = createTransport({ url: inbox.smtpUrl, pool: true });
    await pool.sendMail({ from: 'a@example.com', to: 'b@example.com', text: 'x' });
    await Promise.all([inbox.close(), inbox.close()]);
    await expect(fetch(inbox.url)).rejects.toThrow();
    await expect(sendTo(inbox.smtpUrl, { text: 'x' })).rejects.toThrow('ECONNREFUSED');
    pool.close();
  });
});
