import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../../platform/database/index.ts';
import { forgotten } from '../suppressions.ts';
import { type Choice, MIN_RETENTION_DAYS } from '../vocabulary.ts';
import type { Preference } from './choose.ts';

export type ProfileRow = Selectable<Schema['notifications.profiles']>;
export type SettingsRow = Omit<Selectable<Schema['notifications.settings']>, 'tenant_id'>;

/** Whose preferences those of the company are. */
export const COMPANY = 'company';

const STANDARD: SettingsRow = {
  zone: 'UTC',
  locale: 'en',
  quiet_from: null,
  quiet_to: null,
  digest_hour: 8,
  retention_days: 365,
};

export async function settingsOf(transaction: TenantTransaction): Promise<SettingsRow> {
  const row = await transaction.selectFrom('notifications.settings').selectAll().executeTakeFirst();
  if (!row) return STANDARD;
  return { ...row, retention_days: Math.max(MIN_RETENTION_DAYS, row.retention_days) };
}

export async function saveSettings(transaction: TenantTransaction, settings: SettingsRow): Promise<void> {
  await transaction
    .insertInto('notifications.settings')
    .values(settings)
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(settings))
    .execute();
}

export async function profileOf(
  transaction: TenantTransaction,
  userId: string,
): Promise<ProfileRow | undefined> {
  return transaction
    .selectFrom('notifications.profiles')
    .selectAll()
    .where('user_id', '=', userId)
    .executeTakeFirst();
}

/** Profiles of some users, by their id; a user without settings has none. */
export async function profilesOf(
  transaction: TenantTransaction,
  userIds: readonly string[],
): Promise<Map<string, ProfileRow>> {
  if (userIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('notifications.profiles')
    .selectAll()
    .where('user_id', 'in', [...userIds])
    .execute();
  return new Map(rows.map((row) => [row.user_id, row]));
}

/** Changes some fields of a person's profile, which is made if it is missing. */
export async function saveProfile(
  transaction: TenantTransaction,
  userId: string,
  changes: Partial<Omit<ProfileRow, 'tenant_id' | 'user_id' | 'updated_at'>>,
): Promise<void> {
  await transaction
    .insertInto('notifications.profiles')
    .values({
      user_id: userId,
      phone: null,
      zone: null,
      locale: null,
      quiet_from: null,
      quiet_to: null,
      digest_hour: null,
      webhook_url: null,
      webhook_secret: null,
      verified_phone: null,
      phone_code: null,
      phone_code_until: null,
      ...changes,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'user_id']).doUpdateSet({ ...changes, updated_at: sql<Date>`now()` }),
    )
    .execute();
}

/**
 * What an owner chose: `company`, `user:<id>` or `email:<address>`.
 * @param email address of a user: what was unsubscribed from there before they had an account, or before they were
 * erased, still applies
 */
export async function preferencesOf(
  transaction: TenantTransaction,
  owner: string,
  email: string | null = null,
): Promise<Preference[]> {
  const rows = await transaction
    .selectFrom('notifications.preferences')
    .select(['owner', 'template', 'category', 'channel', 'choice'])
    .where('owner', 'in', ownersLike(owner, email))
    .orderBy('template')
    .orderBy('category')
    .orderBy('channel')
    .execute();
  const places = Map.groupBy(rows, ({ template, category, channel }) => `${template} ${category} ${channel}`);
  return [...places.values()].flatMap((at) => {
    const row = at.find((one) => one.owner === owner) ?? at[0];
    if (!row) return [];
    const { template, category, channel, choice } = row;
    return [{ template, category, channel, choice }];
  });
}

function ownersLike(owner: string, email: string | null): string[] {
  const mailed = email === null ? [] : [`email:${email.toLowerCase()}`];
  const owners = [...new Set([owner, ...mailed])];
  return [...owners, ...owners.flatMap((one) => (one.startsWith('email:') ? [forgottenOwner(one)] : []))];
}

const forgottenOwner = (owner: string) => `email:${forgotten('email', owner.slice('email:'.length))}`;

/**
 * Removes what owners chose. What an e-mail address was unsubscribed from still applies, by what is left of the address
 * after an erasure.
 */
export async function forgetPreferences(
  transaction: TenantTransaction,
  owners: readonly string[],
): Promise<void> {
  for (const owner of owners.filter((one) => one.startsWith('email:')))
    await sql`
      update notifications.preferences as preference set owner = ${forgottenOwner(owner)}
      where owner = ${owner} and choice = 'off' and channel = 'email' and not exists (
        select from notifications.preferences as other where other.owner = ${forgottenOwner(owner)}
          and other.template = preference.template and other.category = preference.category and other.channel = preference.channel)`.execute(
      transaction,
    );
  await transaction
    .deleteFrom('notifications.preferences')
    .where('owner', 'in', [...owners])
    .execute();
}

/** Sets one preference of an owner, or removes it, so that the next less specific one applies. */
export async function setPreference(
  transaction: TenantTransaction,
  owner: string,
  { template, category, channel }: Omit<Preference, 'choice'>,
  choice: Choice | null,
): Promise<void> {
  if (choice === null) {
    await transaction
      .deleteFrom('notifications.preferences')
      .where('owner', '=', owner)
      .where('template', '=', template)
      .where('category', '=', category)
      .where('channel', '=', channel)
      .execute();
    return;
  }
  await transaction
    .insertInto('notifications.preferences')
    .values({ id: uuidv7(), owner, template, category, channel, choice })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'owner', 'template', 'category', 'channel'])
        .doUpdateSet({ choice, updated_at: sql<Date>`now()` }),
    )
    .execute();
}
