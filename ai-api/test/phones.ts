import type { Client } from '../src/catalogue/client.ts';
import type { TwilioRecorder } from './twilio-recorder.ts';

/** The code of the newest text message to a number. */
export function codeFor({ taken }: Pick<TwilioRecorder, 'taken'>, phone: string): string {
  return /\b\d{6}\b/.exec(taken.findLast(({ To }) => To === phone)?.Body ?? '')?.[0] ?? '';
}

/** Enters a number as a person, and confirms it with the code that arrives. */
export async function confirmPhone(person: Client, twilio: TwilioRecorder, phone: string): Promise<void> {
  await person.notificationPreference.setProfile({ phone });
  await person.notificationPreference.sendPhoneCode({});
  await person.notificationPreference.verifyPhone({ code: codeFor(twilio, phone) });
}
