import type { TenantTransaction } from '../../../../platform/database/index.ts';
import { choose } from '../preferences/choose.ts';
import { nextHour, quietUntil } from '../preferences/quiet-hours.ts';
import {
  COMPANY,
  type ProfileRow,
  preferencesOf,
  profileOf,
  type SettingsRow,
  settingsOf,
} from '../preferences/store.ts';
import type { Recipient } from '../recipients.ts';
import type { Category, Channel } from '../vocabulary.ts';

/** Why something is not sent that the recipient turned off. */
export const UNWANTED = {
  code: 'PREFERENCE_OFF',
  why: 'The recipient does not want it by this channel.',
} as const;

export const NO_ADDRESS = {
  code: 'NO_ADDRESS',
  why: 'No address of the recipient is known for this channel.',
} as const;

/** Why no text message goes to a number, also none that is critical: it may be a stranger's. */
export const NOT_VERIFIED = {
  code: 'PHONE_NOT_VERIFIED',
  why: 'The recipient has not confirmed this number.',
} as const;

/** How one person wants to be reached, read once. */
export interface Wishes {
  settings: SettingsRow;
  profile: ProfileRow | undefined;
  person: Awaited<ReturnType<typeof preferencesOf>>;
  company: Awaited<ReturnType<typeof preferencesOf>>;
}

/** What is done about one channel now. */
export type Way =
  | { do: 'send' }
  | { do: 'skip'; code: string; why: string }
  | { do: 'wait'; until: Date }
  | { do: 'batch'; dueAt: Date };

/** Channels that ring: quiet hours concern them alone. */
const DISTURBING: readonly Channel[] = ['email', 'sms'];

export async function wishesOf(
  transaction: TenantTransaction,
  { owner, userId, email }: Pick<Recipient, 'owner' | 'userId' | 'email'>,
): Promise<Wishes> {
  return {
    settings: await settingsOf(transaction),
    profile: userId === null ? undefined : await profileOf(transaction, userId),
    person: await preferencesOf(transaction, owner, email),
    company: await preferencesOf(transaction, COMPANY),
  };
}

/** The times that apply to a person: their own, or the company's. */
export function timesOf({ settings, profile }: Pick<Wishes, 'settings' | 'profile'>) {
  const hasOwn = profile !== undefined && profile.quiet_from !== null && profile.quiet_to !== null;
  const hours = hasOwn ? profile : settings;
  return {
    zone: profile?.zone ?? settings.zone,
    locale: profile?.locale ?? settings.locale,
    quietFrom: hours.quiet_from,
    quietTo: hours.quiet_to,
    digestHour: profile?.digest_hour ?? settings.digest_hour,
  };
}

/** Whether the recipient turned the e-mails off that a notification is of. */
export function isOff(
  { person, company }: Wishes,
  { template, category }: { template: string; category: string },
): boolean {
  return choose({ template, category: category as Category, channel: 'email' }, person, company) === 'off';
}

/** Whether a notification goes out by a channel now, later, in the digest or not at all. */
export function decide(
  wishes: Wishes,
  about: { template: string; category: Category; critical: boolean; channel: Channel },
  now: Date,
): Way {
  if (about.critical) return { do: 'send' };
  const { zone, quietFrom, quietTo, digestHour } = timesOf(wishes);
  const choice = choose(about, wishes.person, wishes.company);
  if (choice === 'off') return { do: 'skip', ...UNWANTED };
  if (choice === 'digest' && about.channel === 'email')
    return { do: 'batch', dueAt: nextHour(now, zone, digestHour) };
  if (choice === 'digest' && about.channel !== 'inbox')
    return { do: 'skip', code: 'IN_DIGEST', why: 'The recipient gets it in the digest.' };
  if (!DISTURBING.includes(about.channel) || quietFrom === null || quietTo === null) return { do: 'send' };
  const until = quietUntil(now, { zone, from: quietFrom, to: quietTo });
  return until === null ? { do: 'send' } : { do: 'wait', until };
}
