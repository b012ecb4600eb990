import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { type MovableClock, movableClock } from '../../../../test/clock.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { refusal as refusalOf } from '../../../../test/people.ts';
import { codeFor, confirmPhone } from '../../../../test/phones.ts';
import { exportedText } from '../../../../test/privacy.ts';
import { staff } from '../../../../test/staff.ts';
import { startTwilioRecorder, type TwilioRecorder } from '../../../../test/twilio-recorder.ts';
import type { Client } from '../../../catalogue/client.ts';

const PER_DAY = 30;

describe.each(businessDatabases())('the phone number of a person on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let twilio: TwilioRecorder;
  let clock: MovableClock;
  let people = 0;
  beforeAll(async () => {
    testDatabase = await create();
    twilio = await startTwilioRecorder();
    clock = movableClock();
    const env = {
      ...twilio.env,
      PUBLIC_URL: 'https://ai.example.com',
      PHONE_CODES_PER_DAY: String(PER_DAY),
      NOTIFICATION_RETRY_SECONDS: '1',
    };
    api = await startApi(testDatabase, env, { clock });
  });
  afterAll(async () => {
    await api.stop();
    await twilio.close();
    await testDatabase.remove();
  });

  /** A person of their own for each test, and a number. */
  async function newPerson(phone?: string) {
    people++;
    const email = `phone-${people}@example.com`;
    const own = phone ?? `+47400010${String(people).padStart(2, '0')}`;
    const person = await staff(api, email, ['builder']);
    await person.notificationPreference.setProfile({ phone: own });
    return { person, email, phone: own };
  }
  const refusal = async (work: Promise<unknown>) => {
    const { code, document } = await refusalOf(work);
    return { code, detail: document?.detail ?? '' };
  };
  const textsTo = (phone: string) => twilio.taken.filter(({ To }) => To === phone).map(({ Body }) => Body);
  const isVerified = async (person: Client) => (await person.notificationPreference.get({})).phoneVerified;
  const send = (person: Client) => person.notificationPreference.sendPhoneCode({});
  const enter = (person: Client, code: string) => person.notificationPreference.verifyPhone({ code });

  /** Notifies by text message; the state of the delivery and its error, once it ended. */
  async function notified(to: string, title: string, critical = false) {
    const { notifications } = await api.client.notification.notify({
      to,
      data: { title, body: 'Words' },
      channels: ['sms'],
      critical,
    });
    const notificationId = notifications[0]?.notificationId ?? '';
    const find = async () => (await api.client.notification.get({ notificationId })).deliveries[0];
    await expect.poll(async () => (await find())?.state, { timeout: 15_000 }).toMatch(/^(sent|skipped)$/);
    const { state, errorCode } = (await find()) ?? {};
    return [state, errorCode];
  }

  test('gets no text message before its code was entered, not even a critical one, and every one after', async () => {
    const { person, email, phone } = await newPerson();
    expect(await notified(email, 'Before')).toEqual(['skipped', 'PHONE_NOT_VERIFIED']);
    expect(await notified(email, 'Critical', true)).toEqual(['skipped', 'PHONE_NOT_VERIFIED']);
    expect(textsTo(phone)).toEqual([]);
    expect(await send(person)).toMatchObject({ phone, maxAttempts: 5 });
    expect(textsTo(phone)).toEqual([
      expect.stringMatching(/^\d{6} is your code to confirm this number for /),
    ]);
    expect(await enter(person, codeFor(twilio, phone))).toMatchObject({ phone, phoneVerified: true });
    expect(await notified(email, 'After')).toEqual(['sent', null]);
    expect(textsTo(phone)).toHaveLength(2);
    expect(await refusal(send(person))).toMatchObject({ code: 'PHONE_REFUSED' });
  });

  test('that replaces a confirmed one is not confirmed; entering the same one again changes nothing', async () => {
    const { person, email, phone } = await newPerson();
    await send(person);
    await enter(person, codeFor(twilio, phone));
    await person.notificationPreference.setProfile({ phone, quietFrom: '' });
    expect(await isVerified(person)).toBe(true);
    await person.notificationPreference.setProfile({ phone: '+4740001099' });
    expect(await isVerified(person)).toBe(false);
    expect(await notified(email, 'Changed')).toEqual(['skipped', 'PHONE_NOT_VERIFIED']);
    await person.notificationPreference.setProfile({ phone });
    expect(await isVerified(person)).toBe(false);
  });

  test('a code works for its number, its person and once', async () => {
    const { person, phone } = await newPerson();
    const other = await newPerson(phone);
    await send(person);
    const code = codeFor(twilio, phone);
    expect(await refusal(enter(other.person, code))).toMatchObject({ code: 'PHONE_CODE_INVALID' });
    await person.notificationPreference.setProfile({ phone: '+4740001098' });
    expect(await refusal(enter(person, code))).toMatchObject({ code: 'PHONE_CODE_INVALID' });
    await confirmPhone(other.person, twilio, phone);
    expect(await refusal(enter(other.person, codeFor(twilio, phone)))).toMatchObject({
      code: 'PHONE_CODE_INVALID',
      detail: 'No code is on its way to your number. Have one sent.',
    });
    expect(await isVerified(other.person)).toBe(true);
  });

  test('five wrong codes end a code, also when many are tried at once', async () => {
    const { person, phone } = await newPerson();
    await send(person);
    const right = codeFor(twilio, phone);
    const wrong = Array.from({ length: 12 }, (_, index) => String((Number(right) + 1 + index) % 1_000_000));
    const refused = await Promise.all(wrong.map((code) => refusal(enter(person, code.padStart(6, '0')))));
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['PHONE_CODE_INVALID']));
    expect(refused.filter(({ detail }) => detail.startsWith('The code is wrong.'))).toHaveLength(4);
    expect(await refusal(enter(person, right))).toMatchObject({
      detail: 'Too many wrong codes. Have a new one sent.',
    });
    expect(await isVerified(person)).toBe(false);
  });

  test('a code ends after ten minutes', async () => {
    const { person, phone } = await newPerson();
    await send(person);
    clock.setAhead(10 * 60_000);
    expect(await refusal(enter(person, codeFor(twilio, phone)))).toMatchObject({
      detail: 'The code was valid for 10 minutes. Have a new one sent.',
    });
    clock.setAhead(0);
    expect(await enter(person, codeFor(twilio, phone))).toMatchObject({ phoneVerified: true });
  });

  test('what is no code, and a number that is missing, suppressed or refused, get their reason', async () => {
    const { person, phone } = await newPerson();
    for (const code of ['12345', '1234567', 'abcdef'])
      expect(await refusal(enter(person, code))).toMatchObject({ code: 'INVALID_INPUT' });
    await person.notificationPreference.setProfile({ phone: '' });
    expect(await refusal(send(person))).toMatchObject({ code: 'PHONE_REFUSED' });
    await person.notificationPreference.setProfile({ phone });
    await api.client.suppression.add({ channel: 'sms', address: phone });
    expect(await refusal(send(person))).toMatchObject({
      code: 'PHONE_REFUSED',
      detail: expect.stringContaining('suppression list'),
    });
    await api.client.suppression.remove({ channel: 'sms', address: phone });
    twilio.replies.push({ code: 21_610 });
    expect(await refusal(send(person))).toMatchObject({
      code: 'PHONE_REFUSED',
      detail: expect.stringContaining('TWILIO_21610'),
    });
    expect((await api.client.suppression.list({ search: phone })).items).toMatchObject([{ reason: 'stop' }]);
    const later = await newPerson();
    twilio.replies.push({ code: 20_429, status: 429 });
    expect(await refusal(send(later.person))).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await refusal(enter(later.person, '000000'))).toMatchObject({
      detail: 'No code is on its way to your number. Have one sent.',
    });
    expect(await refusal(api.client.notificationPreference.sendPhoneCode({}))).toMatchObject({
      code: 'PERSON_NEEDED',
    });
  });

  test('STOP to a code suppresses the number', async () => {
    const { person, phone } = await newPerson();
    await send(person);
    const url = 'https://ai.example.com/callbacks/twilio/inbound';
    const signed = twilio.sign(url, { From: phone, Body: 'STOP' });
    expect((await fetch(`${api.url}/callbacks/twilio/inbound`, signed)).status).toBe(200);
    expect((await api.client.suppression.list({ search: phone })).items).toMatchObject([{ reason: 'stop' }]);
  });

  test('one code in a minute for a person; five in a day for a number, whoever enters it; and a limit for the company', async () => {
    const { person } = await newPerson();
    await send(person);
    expect(await refusal(send(person))).toMatchObject({
      code: 'RATE_LIMITED',
      detail: 'You got a code within the last minute. Try again later.',
    });
    const target = '+4740001097';
    for (let count = 0; count < 5; count++) await send((await newPerson(target)).person);
    expect(await refusal(send((await newPerson(target)).person))).toMatchObject({
      detail: 'This number got five codes within a day. Try again later.',
    });
    expect(textsTo(target)).toHaveLength(5);
    const sent: string[] = [];
    for (let count = 0; count < PER_DAY && !sent.includes('RATE_LIMITED'); count++)
      sent.push(
        await send((await newPerson()).person).then(
          () => 'sent',
          (error: { document: { code: string } }) => error.document.code,
        ),
      );
    expect(sent.at(-1)).toBe('RATE_LIMITED');
    expect(twilio.taken.filter(({ Body }) => Body.includes('is your code')).length).toBeLessThanOrEqual(
      PER_DAY,
    );
  });

  test('a number that a person entered but did not confirm gives them nothing that was sent to it', async () => {
    const { email } = await newPerson('+4740001096');
    await notified('+4740001096', 'For its owner alone');
    const content = await exportedText(api, `email:${email}`);
    expect(content).toContain('+4740001096');
    expect(content).not.toContain('For its owner alone');
  });

  test('no code is stored or shown anywhere but in the text message', async () => {
    const codes = twilio.taken.flatMap(({ Body }) => /^(\d{6}) is your code/.exec(Body)?.[1] ?? []);
    expect(codes.length).toBeGreaterThan(5);
    const { rows } = await sql<{ text: string }>`
      select phone_code as text from notifications.profiles
      union all select content::text from notifications.deliveries
      union all select summary from notifications.notifications
      union all select content from audit.payloads`.execute(
      api.context.database.system('the test looks behind the API'),
    );
    const stored = rows.map(({ text }) => text).join('\n');
    expect(codes.filter((code) => new RegExp(`(?<![\\da-f])${code}(?![\\da-f])`).test(stored))).toEqual([]);
  });
});
