import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { getText, sendTo, startInbox, temporaryDirectory } from '../../../test/inbox-fixture.ts';

describe('an acknowledged mail', () => {
  it('is on the disk under its name by the time the 250 arrives', async () => {
    const { smtpPort, directory } = await startInbox();
    const socket = connect(smtpPort, '127.0.0.1');
    const say = [
      'HELO x',
      'MAIL FROM:<a@example.com>',
      'RCPT TO:<b@example.com>',
      'DATA',
      'Subject: raw\r\n\r\nbody\r\n.',
      'QUIT',
    ];
    let stored = '';
    for await (const reply of createInterface(socket)) {
      const id = /^250 OK: stored as (.+)$/.exec(reply)?.[1];
      if (id) stored = `${id}.eml: ${existsSync(join(directory, `${id}.eml`))}`;
      socket.write(`${say.shift()}\r\n`);
    }
    expect(stored).toMatch(/^[0-9a-f-]{36}\.eml: true$/);
  });

  it('is not acknowledged with 250 while it cannot be stored, and is once it can', async () => {
    const { smtpUrl, directory, messages } = await startInbox();
    await rm(directory, { recursive: true });
    await expect(sendTo(smtpUrl, { text: 'lost?' })).rejects.toMatchObject({ responseCode: 451 });
    expect(messages().total).toBe(0);
    await mkdir(directory);
    await sendTo(smtpUrl, { text: 'kept' });
    expect(messages().total).toBe(1);
  });

  it('is listed as before after a restart', async () => {
    const first = await startInbox();
    for (const n of [1, 2, 3]) {
      await sendTo(first.smtpUrl, {
        subject: `Nr. ${n} \u00fc`,
        bcc: 'hidden@example.com',
        text: 'x'.repeat(100_000),
      });
    }
    const before = first.messages();
    await first.close();
    const second = await startInbox(first.directory);
    expect(second.messages()).toEqual(before);
    expect(await getText(`${second.url}/messages/${before.messages[0]?.id}`)).toContain('Nr. 3 \u00fc');
  });

  it('keeps as many recipients as it was acknowledged for', async () => {
    const first = await startInbox();
    const to = Array.from({ length: 501 }, (_, n) => `${'long-name-'.repeat(5)}${n}@example.com`);
    await sendTo(first.smtpUrl, { envelope: { from: 'a@example.com', to }, text: 'x' });
    await first.close();
    const second = await startInbox(first.directory);
    expect(second.messages().messages[0]?.envelope.to).toEqual(to.slice(0, 500));
  });

  it('survives kill -9 of the inbox, whatever else was under way', async () => {
    const directory = await temporaryDirectory();
    const acknowledged = await killWhileReceiving(directory, 40);
    const inbox = await startInbox(directory);
    const listed = inbox.messages({ limit: 500 }).messages;
    expect(listed.map(({ id }) => id)).toEqual(expect.arrayContaining(acknowledged));
    for (const { id, subject } of listed) {
      expect(await getText(`${inbox.url}/messages/${id}/source`)).toContain(`end of ${subject}`);
    }
    expect((await readdir(directory)).filter((name) => !name.endsWith('.eml'))).toEqual([]);
  });

  it('takes its place in the list although other files lie in the directory', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'notes.txt'), 'x');
    await writeFile(join(directory, '01a1fc6b-205e-7262-88aa-5ce0506ae9c5.eml'), '');
    const { messages } = await startInbox(directory);
    expect(messages().messages).toMatchObject([{ subject: '', from: null, to: [], size: 0 }]);
  });
});

describe('a mail that did not arrive whole', () => {
  it('is not listed when its sender goes away', async () => {
    const { smtpPort, smtpUrl, directory, messages } = await startInbox();
    const socket = connect(smtpPort, '127.0.0.1');
    const say = [
      'HELO x',
      'MAIL FROM:<a@example.com>',
      'RCPT TO:<b@example.com>',
      'DATA',
      'Subject: half\r\n\r\nbody',
    ];
    socket.on('data', () => {
      socket.write(`${say.shift()}\r\n`, () => {
        if (say.length === 0) socket.destroy();
      });
    });
    await new Promise((resolve) => socket.once('close', resolve));
    await sendTo(smtpUrl, { subject: 'whole', text: 'x' });
    await expect.poll(async () => (await readdir(directory)).length).toBe(1);
    expect(messages().messages.map(({ subject }) => subject)).toEqual(['whole']);
  });

  it('is refused with 552 over 10 MB, announced or not, and the connection stays usable', async () => {
    const { smtpPort, smtpUrl, directory, messages } = await startInbox();
    await expect(sendTo(smtpUrl, { text: 'x'.repeat(11_000_000) })).rejects.toMatchObject({
      responseCode: 552,
    });
    const socket = connect(smtpPort, '127.0.0.1');
    const body = `Subject: big\r\n\r\n${`${'x'.repeat(998)}\r\n`.repeat(10_600)}.`;
    const greet = ['HELO x', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA'];
    const say = [...greet, body, ...greet.slice(1), 'Subject: small\r\n\r\nx\r\n.', 'QUIT'];
    const replies: string[] = [];
    for await (const reply of createInterface(socket)) {
      replies.push(reply.slice(0, 3));
      socket.write(`${say.shift()}\r\n`);
    }
    expect(replies).toEqual(['220', '250', '250', '250', '354', '552', '250', '250', '354', '250', '221']);
    expect(messages().messages.map(({ subject }) => subject)).toEqual(['small']);
    expect(await readdir(directory)).toHaveLength(1);
  });
});

/** Runs an inbox as a process of its own, sends to it over eight connections, and kills it after `count` answers. */
async function killWhileReceiving(directory: string, count: number): Promise<string[]> {
  const program = `
    const { startDevInbox } = await import(${JSON.stringify(new URL('./dev-inbox.ts', import.meta.url).href)});
    const { pino } = await import(${JSON.stringify(import.meta.resolve('pino'))});
    const directory = ${JSON.stringify(directory)};
    const inbox = await startDevInbox({ smtpPort: 0, httpPort: 0, directory, log: pino({ level: 'silent' }) });
    console.log(inbox.smtpUrl);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const smtpUrl = await new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve));
  const acknowledged: string[] = [];
  const lane = async (first: number) => {
    for (let n = first; !child.killed; n += 8) {
      const filler = 'some words that make the mail longer\n'.repeat(2000);
      acknowledged.push(await sendTo(smtpUrl, { subject: `mail ${n}`, text: `${filler}end of mail ${n}` }));
      if (acknowledged.length === count) child.kill('SIGKILL');
    }
  };
  await Promise.allSettled(Array.from({ length: 8 }, (_, first) => lane(first)));
  return acknowledged;
}
