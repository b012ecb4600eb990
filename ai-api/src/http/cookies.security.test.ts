import { describe, expect, test } from 'vitest';
import { createCookies, readCookie } from './cookies.ts';
import { requireSameOrigin } from './same-origin.ts';

describe('cookies', () => {
  test('of an https address belong to that host alone', () => {
    const cookies = createCookies('https://ai.example/');
    expect(cookies.write('aim_session', 'x', 60)).toBe(
      '__Host-aim_session=x; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure',
    );
    expect(cookies.isPossible).toBe(true);
  });

  test.each([
    ['http://localhost:8000', true],
    ['http://127.0.0.1:8000', true],
    ['http://[::1]:8000', true],
    ['http://ai.example', false],
    ['http://10.0.0.7', false],
  ])('over plain http are for this machine: %s', (publicUrl, isPossible) => {
    expect(createCookies(publicUrl).isPossible).toBe(isPossible);
    expect(createCookies(publicUrl).nameOf('aim_session')).toBe('aim_session');
  });

  test('that come twice are not believed', () => {
    expect(readCookie('a=1; aim_session=x', 'aim_session')).toBe('x');
    expect(readCookie('aim_session=planted; aim_session=x', 'aim_session')).toBeUndefined();
    expect(readCookie('xaim_session=x', 'aim_session')).toBeUndefined();
    expect(readCookie(undefined, 'aim_session')).toBeUndefined();
  });
});

describe('a request of a browser', () => {
  const from = (headers: Record<string, string>) => () =>
    requireSameOrigin({ header: (name) => headers[name] }, 'https://ai.example');

  test.each<Record<string, string>>([
    {},
    { origin: 'https://ai.example' },
    { origin: 'https://ai.internal', host: 'ai.internal' },
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ])('passes from our own pages: %j', (headers) => {
    expect(from(headers)).not.toThrow();
  });

  test.each<Record<string, string>>([
    { origin: 'https://evil.example' },
    { origin: 'http://ai.example', host: 'ai.internal' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'https://ai.example' },
  ])('is refused from others: %j', (headers) => {
    expect(from(headers)).toThrow(/another origin/);
  });
});
