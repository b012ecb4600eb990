import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { getJson, getText, sendTo, startInbox } from '../../../test/inbox-fixture.ts';
import type { InboxMessage } from './inbox-store.ts';

const SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(2)>';

describe('a hostile mail', () => {
  it('cannot put markup into any page through subject, names, addresses or attachment names', async () => {
    const { url, smtpUrl } = await startInbox();
    const id = await sendTo(smtpUrl, {
      from: { name: SCRIPT, address: 'evil@example.com' },
      to: { name: SCRIPT, address: 'reader@example.com' },
      cc: { name: SCRIPT, address: 'cc@example.com' },
      replyTo: { name: SCRIPT, address: 'reply@example.com' },
      subject: SCRIPT,
      text: SCRIPT,
      headers: { 'X-Evil': SCRIPT },
      attachments: [{ filename: SCRIPT, content: 'x', contentType: 'text/html' }],
    });
    for (const path of [
      '',
      '?q=%22%3E%3Cscript%3E',
      `messages/${id}`,
      `messages/${id}?view=text`,
      `messages/${id}?view=text`,
    ]) {
      const page = await getText(`${url}/${path}`);
      expect(page).toContain('&lt;script&gt;');
      expect(page).not.toMatch(/<script|<img src=x/i);
    }
    expect(await getText(`${url}/?q=${encodeURIComponent(SCRIPT)}nothing`)).not.toMatch(
      /<script|<img src=x/i,
    );
  });

  it('has its HTML shown only in a frame without scripts, forms or network', async () => {
    const { url, smtpUrl } = await startInbox();
    const id = await sendTo(smtpUrl, {
      html: `<script>alert(1)</script><img src="https://tracker.example/p.gif">`,
    });
    const page = await getText(`${url}/messages/${id}`);
    expect(/<iframe[^>]* sandbox="([^"]*)"/.exec(page)?.[1]).toBe(
      'allow-same-origin allow-popups allow-popups-to-escape-sandbox',
    );
    expect(page).toContain('Pictures from the network are not loaded');
    expect(page).not.toContain('tracker.example');
    const policy = (await fetch(`${url}/messages/${id}/html`)).headers.get('content-security-policy');
    expect(policy?.split('; ')).toEqual([
      "default-src 'none'",
      "style-src 'unsafe-inline'",
      'img-src data:',
      'font-src data:',
      "form-action 'none'",
      "base-uri 'none'",
      "frame-ancestors 'self'",
      'sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox',
    ]);
  });

  it('meets a strict policy on every other page', async () => {
    const { url, smtpUrl } = await startInbox();
    const id = await sendTo(smtpUrl, { text: 'x' });
    for (const path of ['', `messages/${id}`, `messages/${id}/source`, 'no', 'api/messages']) {
      const { headers } = await fetch(`${url}/${path}`);
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'self';/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('has its attachments downloaded as bytes, under a name without directories or direction marks', async () => {
    const { url, smtpUrl } = await startInbox();
    const id = await sendTo(smtpUrl, {
      attachments: [
        { filename: '../../etc/passwd', content: 'x' },
        { filename: 'C:\\temp\\report\u202efdp.exe', content: 'x' },
        { filename: '..', content: 'x' },
        { filename: 'page.html', content: '<script>alert(1)</script>', contentType: 'text/html' },
      ],
    });
    const { attachments } = await getJson<InboxMessage>(`${url}/api/messages/${id}`);
    expect(attachments.map(({ filename }) => filename)).toEqual([
      'passwd',
      'reportfdp.exe',
      'attachment-3',
      'page.html',
    ]);
    const { headers } = await fetch(`${url}/messages/${id}/attachments/3`);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="?page.html"?$/);
  });

  it('cannot pass a header of its own for the envelope', async () => {
    const { smtpUrl, messages } = await startInbox();
    const headers = { 'X-Envelope-To': '<forged@example.com>', 'Return-Path': '<forged@example.com>' };
    await sendTo(smtpUrl, { headers, envelope: { from: '', to: 'real@example.com' }, text: 'x' });
    expect(messages()[0]?.envelope).toEqual({ from: '', to: ['real@example.com'] });
    expect(messages({ to: 'forged' }).length).toBe(0);
  });

  it.each([
    ['a header of two megabytes', { raw: `Subject: ${'x'.repeat(2_000_000)}\r\n\r\nbody` }],
    ['ten megabytes of headers', { raw: `${'X: y\r\n'.repeat(1_600_000)}\r\nbody` }],
    ['a subject of spaces', { raw: `Subject: a${' '.repeat(200_000)}b\r\n\r\nbody` }],
    ['no header at all', { raw: 'just a line' }],
    ['nothing', { raw: '' }],
    [
      'broken encodings',
      {
        raw: 'Subject: =?x-none?Q?=ff?=\r\nFrom: =?utf-8?B?//79?= <\r\nContent-Type: text/html; charset=no\r\n\r\n\xff',
      },
    ],
    ['twenty thousand nested parts', { raw: nested(20_000) }],
    ['bytes that are no text', { raw: Buffer.from([0, 255, 254, 13, 10, 13, 10, 0, 216]) }],
  ])('is listed and can be looked at with %s', async (_, { raw }) => {
    const { url, smtpUrl, messages } = await startInbox();
    const id = await sendTo(smtpUrl, { raw, envelope: { from: 'a@example.com', to: 'b@example.com' } });
    expect(messages({ to: 'b@example.com' }).length).toBe(1);
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(`${url}/messages/${id}`)).status).toBe(200);
    expect((await fetch(`${url}/messages/${id}/source`)).status).toBe(200);
    expect([200, 422]).toContain((await fetch(`${url}/api/messages/${id}`)).status);
  });
});

describe('a page of another site', () => {
  it('cannot empty the inbox', async () => {
    const { url, smtpUrl, messages } = await startInbox();
    await sendTo(smtpUrl, { text: 'x' });
    const attempts = [
      fetch(`${url}/empty`, { method: 'POST', headers: { origin: 'https://evil.example' } }),
      fetch(`${url}/api/messages`, { method: 'DELETE', headers: { origin: 'null' } }),
      fetch(`${url}/empty`, { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } }),
    ];
    for (const response of await Promise.all(attempts)) expect(response.status).toBe(403);
    expect(messages().length).toBe(1);
  });

  it('cannot read mails by pointing its name at this machine', async () => {
    const { httpPort } = await startInbox();
    const status = (host: string) =>
      new Promise((resolve, reject) => {
        const options = { host: '127.0.0.1', port: httpPort, path: '/api/messages', headers: { host } };
        request(options, (response) => resolve(response.resume().statusCode))
          .on('error', reject)
          .end();
      });
    expect(await status('evil.example')).toBe(421);
    expect(await status('127.0.0.1.evil.example')).toBe(421);
    for (const host of ['localhost', `localhost:${httpPort}`, 'inbox.localhost', '[::1]:80'])
      expect(await status(host)).toBe(200);
  });
});

function nested(depth: number): string {
  const parts = Array.from(
    { length: depth },
    (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
  );
  return `Subject: nested\r\n${parts.join('')}\r\ninnermost`;
}
