import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import {
  createOutboundGuard,
  type OutboundGuard,
  parseAllowedHosts,
  type Resolve,
  UrlRefused,
} from './index.ts';
import { isPublicAddress } from './public-address.ts';

const PUBLIC = '93.184.216.34';
const names: Record<string, string[]> = {
  'good.example': [PUBLIC, '2606:2800:220:1::1'],
  'inside.example': ['10.1.2.3'],
  'mixed.example': [PUBLIC, '127.0.0.1'],
  'mapped.example': ['::ffff:192.168.0.1'],
  localhost: ['127.0.0.1'],
};
const resolve: Resolve = async (name) => {
  const addresses = names[name];
  if (!addresses) throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
  return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
};

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const part of opened.splice(0)) await part.close();
});

function guard(
  options: { allowed?: string; https?: boolean; resolve?: Resolve; ports?: number[] } = {},
): OutboundGuard {
  const made = createOutboundGuard({
    allowed: parseAllowedHosts(options.allowed ?? ''),
    ports: options.ports ?? [80, 443],
    requireHttps: options.https ?? false,
    connectTimeoutMs: 1_000,
    resolve: options.resolve ?? resolve,
  });
  opened.push(made);
  return made;
}

async function startInside() {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests++;
    response.end('inside');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  opened.push({ close: () => new Promise((done) => server.close(done)) });
  return { port: (server.address() as AddressInfo).port, requests: () => requests };
}

const post = (made: OutboundGuard, url: string) =>
  request(url, { dispatcher: made.agent, method: 'POST', body: '{}' });

describe('a URL that others chose', () => {
  test.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0177.0.0.1/',
    'http://0x7f.1/',
    'http://0x7f000001/',
    'http://127.1/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[64:ff9b:1::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[2001:0:7f00:1::]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://[fec0::1]/',
    'http://[ff02::1]/',
    'http://[100::1]/',
    'http://[2001:db8::1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://100.100.100.200/',
    'http://168.63.129.16/',
    'http://100.64.0.1/',
    'http://0.0.0.0/',
    'http://10.0.0.1/',
    'http://172.31.255.255/',
    'http://192.168.1.1/',
    'http://192.0.2.1/',
    'http://198.18.0.1/',
    'http://224.0.0.1/',
    'http://240.0.0.1/',
    'http://255.255.255.255/',
    'http://localhost/',
    'http://LOCALHOST/',
    'http://localhost./',
    'http://a.localhost/',
    'http://inside.example/',
    'http://inside.example./',
    'http://mixed.example/',
    'http://mapped.example/',
    'http://①②⑦.⓪.⓪.①/',
    'http://nowhere.example/',
    'http://good.example:22/',
    'http://user:secret@good.example/',
    'ftp://good.example/',
    'file:///etc/passwd',
  ])('is refused when it is %s', async (url) => {
    await expect(guard().check(url)).rejects.toThrow(UrlRefused);
  });

  test.each([
    'http://good.example/',
    'https://good.example:443/a?b#c',
    `http://${PUBLIC}/`,
    'https://[2606:4700::1111]/',
  ])('may be %s', async (url) => {
    await expect(guard().check(url)).resolves.toBeUndefined();
  });

  test('must be https where that is asked for, unless its place is allowed', async () => {
    await expect(guard({ https: true }).check('http://good.example/')).rejects.toThrow('https://');
    await expect(guard({ https: true }).check('https://good.example/')).resolves.toBeUndefined();
    await expect(
      guard({ https: true, allowed: 'good.example' }).check('http://good.example/'),
    ).resolves.toBeUndefined();
    await expect(
      guard({ https: true, allowed: '10.0.0.0/8' }).check('http://inside.example/'),
    ).resolves.toBeUndefined();
  });

  test.each([
    ['127.0.0.0/8', 'http://127.0.0.1:5678/'],
    ['127.0.0.0/8', 'http://[::ffff:127.0.0.1]:5678/'],
    ['127.0.0.0/8,localhost', 'http://localhost:5678/'],
    ['fd00::/8', 'http://[fd00::1]/'],
    ['inside.example', 'http://inside.example:9999/'],
    ['inside.example:9999', 'http://inside.example.:9999/'],
    ['[::1]:80', 'http://[::1]/'],
  ])('is allowed by %s when it is %s', async (allowed, url) => {
    await expect(guard({ allowed }).check(url)).resolves.toBeUndefined();
  });

  test('is not allowed on another port, or by a range that holds one of its addresses only', async () => {
    await expect(guard({ allowed: 'inside.example:9999' }).check('http://inside.example/')).rejects.toThrow(
      UrlRefused,
    );
    await expect(guard({ allowed: '10.0.0.0/8' }).check('http://mixed.example/')).rejects.toThrow(UrlRefused);
  });

  test('reveals nothing of the addresses a name leads to', async () => {
    const error = await guard()
      .check('http://inside.example/')
      .catch((reason: Error) => reason);
    expect((error as Error).message).toBe('Its host is not on the public internet.');
  });
});

describe('a connection', () => {
  test('is refused when the name leads elsewhere than when it was checked', async () => {
    const inside = await startInside();
    const answers = [[PUBLIC], ['127.0.0.1'], ['127.0.0.1']];
    const rebinding: Resolve = async () => (answers.shift() ?? []).map((address) => ({ address, family: 4 }));
    const made = guard({ resolve: rebinding, ports: [inside.port] });
    const url = `http://rebinding.example:${inside.port}/`;
    await made.check(url);
    await expect(post(made, url)).rejects.toThrow(UrlRefused);
    expect(inside.requests()).toBe(0);
  });

  test('is refused to an address that was never checked', async () => {
    const inside = await startInside();
    for (const host of ['127.0.0.1', 'localhost', '2130706433', '[::ffff:127.0.0.1]'])
      await expect(post(guard({ ports: [inside.port] }), `http://${host}:${inside.port}/`)).rejects.toThrow(
        UrlRefused,
      );
    expect(inside.requests()).toBe(0);
  });

  test('is made to the address that was judged, with the name in the Host header', async () => {
    const inside = await startInside();
    const asked: string[] = [];
    const spying: Resolve = async (name) => {
      asked.push(name);
      return [{ address: '127.0.0.1', family: 4 }];
    };
    const made = guard({ allowed: '127.0.0.0/8', resolve: spying });
    const { statusCode, body } = await post(made, `http://any.example:${inside.port}/`);
    expect([statusCode, await body.text()]).toEqual([200, 'inside']);
    expect(asked).toEqual(['any.example']);
  });
});

test('no address of a private range is public, however it is written', () => {
  const octet = fc.nat(255);
  const inside = fc.oneof(
    fc.tuple(fc.constant(10), octet, octet, octet),
    fc.tuple(fc.constant(127), octet, octet, octet),
    fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
    fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
    fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
    fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
  );
  fc.assert(
    fc.property(inside, (octets) => {
      const number = octets.reduce((sum, next) => sum * 256 + next, 0);
      for (const form of [
        octets.join('.'),
        String(number),
        `0x${number.toString(16)}`,
        `[::ffff:${octets.join('.')}]`,
      ])
        expect(isPublicAddress(new URL(`http://${form}/`).hostname)).toBe(false);
    }),
  );
});

test.each(['10.0.0.0/99', 'a b', 'http://x', 'x:y'])('the list of allowed hosts may not hold %s', (entry) => {
  expect(() => parseAllowedHosts(entry)).toThrow(entry);
});
