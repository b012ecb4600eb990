import { describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClient } from './http-client.ts';

function client(baseUrl: string, bearer: string): HttpClient {
  const breaker = { failures: 5, resetMs: 1_000 };
  return createHttpClient({ name: 'Weather Office', baseUrl, bearer, timeoutMs: 1_000, retries: 0, breaker });
}

describe('settings that cannot work', () => {
  it.each(['ftp://a.example', 'weather', 'https://user:word@a.example', 'https://a.example/?x=1', ''])(
    'refuse the base URL "%s" without repeating it',
    (url) => {
      const line =
        /^the base URL of Weather Office must be an http\(s\) URL without user name, query or fragment$/;
      expect(() => client(url, 'a-key')).toThrow(line);
    },
  );

  it.each(['', 'two words', 'line\nbreak', 'schlüssel'])(
    'refuse the key "%s" without repeating it',
    (bearer) => {
      const line =
        /^the API key of Weather Office is empty or holds spaces, line breaks or letters beyond ASCII$/;
      expect(() => client('https://weather.example', bearer)).toThrow(line);
    },
  );
});
