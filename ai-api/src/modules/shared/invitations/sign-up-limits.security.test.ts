import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { createLog } from '../../../platform/log.ts';
import { type DevInbox, startDevInbox } from '../../../platform/mail/dev-inbox.ts';

const MINUTE = 60_000;

describe.each(businessDatabases())('how often people sign up, on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let inbox: DevInbox;
  let time = Date.now();

  beforeAll(async () => {
    testDatabase = await create();
    inbox = await startDevInbox({ smtpPort: 0, httpPort: 0, log: createLog('silent') });
    api = await startApi(
      testDatabase,
      { SMTP_URL: inbox.smtpUrl, SIGN_UP: 'on', RATE_LIMITS: 'on', TRUST_PROXY: '1' },
      { clock: { now: () => new Date(time) } },
    );
  });
  afterAll(async () => {
    await api?.stop();
    await inbox?.close();
    await testDatabase?.remove();
  });

  const mailsTo = (to: string) => inbox.messages({ to }).length;
  async function register(email: string, from: string): Promise<number> {
    const response = await fetch(`${api.url}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
      body: JSON.stringify({ email, name: 'Someone' }),
    });
    await response.body?.cancel();
    return response.status;
  }

  test('strangers close sign-up for no domain of others, whatever they invent', async () => {
    const statuses = new Set<number>();
    for (let n = 0; n < 120; n++)
      statuses.add(await register(`invented-${n}@mail.example`, `198.51.100.${n % 40}`));
    expect([...statuses]).toEqual([202]);
    expect(await register('real@mail.example', '203.0.113.7')).toBe(202);
    await expect.poll(() => mailsTo('real@mail.example'), { timeout: 60_000 }).toBe(1);
  });

  test('one address gets one link in ten minutes and three in a day, whenever it asks', async () => {
    const email = 'often@mail.example';
    let asked = 0;
    /** Asks, and waits until another address that asked later has its link. */
    const ask = async () => {
      asked++;
      expect(await register(email, `192.0.2.${asked}`)).toBe(202);
      const later = `later-${asked}@mail.example`;
      await register(later, `192.0.2.${asked}`);
      await expect.poll(() => mailsTo(later), { timeout: 60_000 }).toBe(1);
    };
    await ask();
    // A sliding window would forget the first one as soon as the next window begins.
    for (const minutes of [2, 2, 2, 2, 1.9]) {
      time += minutes * MINUTE;
      await ask();
    }
    expect(mailsTo(email)).toBe(1);
    for (const expected of [2, 3, 3, 3]) {
      time += 11 * MINUTE;
      await ask();
      expect(mailsTo(email)).toBe(expected);
    }
    time += 24 * 60 * MINUTE;
    await ask();
    expect(mailsTo(email)).toBe(4);
  });
});
