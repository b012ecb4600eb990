import { z } from 'zod';
import { type Caller, personOf } from '../../../../http/caller.ts';
import { listPage, type Page } from '../../../../http/cursor.ts';
import { Problem } from '../../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import { newSigningSecret, type OutboundGuard, UrlRefused } from '../../../../platform/outbound/index.ts';
import type { Sealer } from '../../../../platform/sealing.ts';
import { type Actor, record } from '../../audit/index.ts';
import { timesOf, wishesOf } from '../sending/decide.ts';
import { placeOfWebhook } from '../sending/deliver.ts';
import { listSuppressions, release, suppress } from '../suppressions.ts';
import { CATEGORIES, type Category, CHANNELS, type Channel, type Choice } from '../vocabulary.ts';
import { choose, type Preference } from './choose.ts';
import { type createPhones, UNVERIFIED, verifiedPhoneOf } from './phone.ts';
import {
  COMPANY,
  type ProfileRow,
  preferencesOf,
  profileOf,
  saveProfile,
  saveSettings,
  setPreference,
  settingsOf,
} from './store.ts';

interface Place {
  template?: string | undefined;
  category?: Category | undefined;
  channel?: Channel | undefined;
  choice: Choice | 'default';
}

interface ProfileChanges {
  phone?: string | undefined;
  zone?: string | undefined;
  locale?: string | undefined;
  quietFrom?: string | undefined;
  quietTo?: string | undefined;
  digestHour?: number | '' | undefined;
  webhookUrl?: string | undefined;
}

interface SettingsChanges {
  zone?: string | undefined;
  locale?: string | undefined;
  quietFrom?: string | undefined;
  quietTo?: string | undefined;
  digestHour?: number | undefined;
  retentionDays?: number | undefined;
}

interface PreferenceParts {
  database: Database;
  guard: OutboundGuard;
  sealer: Sealer;
  phones: ReturnType<typeof createPhones>;
  hasSms: boolean;
}

/** How people and the company want notifications to be sent, and where nothing may be. */
export function createPreferences({ database, guard, sealer, phones, hasSms }: PreferenceParts) {
  async function viewOf(transaction: TenantTransaction, { id, email }: { id: string; email: string }) {
    const wishes = await wishesOf(transaction, { owner: `user:${id}`, userId: id, email });
    const { profile, person, company } = wishes;
    return {
      userId: id,
      email,
      phone: profile?.phone ?? null,
      phoneVerified: verifiedPhoneOf(profile) !== null,
      zone: profile?.zone ?? null,
      locale: profile?.locale ?? null,
      quietFrom: profile?.quiet_from ?? null,
      quietTo: profile?.quiet_to ?? null,
      digestHour: profile?.digest_hour ?? null,
      webhookUrl: profile?.webhook_url ? sealer.open(profile.webhook_url, placeOfWebhook(id)) : null,
      effective: timesOf(wishes),
      preferences: person.map(preferenceView),
      matrix: CATEGORIES.flatMap((category) =>
        CHANNELS.map((channel) => ({
          category,
          channel,
          choice: choose({ template: '', category, channel }, person, company),
        })),
      ),
    };
  }

  async function companyView(transaction: TenantTransaction) {
    const { zone, locale, quiet_from, quiet_to, digest_hour, retention_days } = await settingsOf(transaction);
    return {
      zone,
      locale,
      quietFrom: quiet_from,
      quietTo: quiet_to,
      digestHour: digest_hour,
      retentionDays: retention_days,
      preferences: (await preferencesOf(transaction, COMPANY)).map(preferenceView),
      channels: { sms: hasSms },
    };
  }

  async function checkUrl(url: string): Promise<void> {
    await guard.check(url).catch((error: unknown) => {
      if (error instanceof UrlRefused) throw new Problem('WEBHOOK_URL_REFUSED', error.message);
      throw error;
    });
  }

  /** The columns of a webhook, and its new secret. */
  function webhookOf(userId: string, url: string) {
    const secret = newSigningSecret();
    const sealed = (text: string) => sealer.seal(text, placeOfWebhook(userId));
    return { columns: { webhook_url: sealed(url), webhook_secret: sealed(secret) }, secret };
  }

  return {
    get: (caller: Caller) => {
      const user = personOf(caller);
      return database.withTenant(caller.tenantId, (transaction) => viewOf(transaction, user));
    },

    choose: (caller: Caller, actor: Actor, place: Place) => {
      const user = personOf(caller);
      return database.withTenant(caller.tenantId, async (transaction) => {
        await setPreference(transaction, `user:${user.id}`, placeOf(place), choiceOf(place));
        const view = await viewOf(transaction, user);
        await note(transaction, actor, `user:${user.id}`, place);
        return view;
      });
    },

    /** @throws {Problem} WEBHOOK_URL_REFUSED */
    setProfile: async (caller: Caller, actor: Actor, changes: ProfileChanges) => {
      const user = personOf(caller);
      const { webhookUrl } = changes;
      if (webhookUrl) await checkUrl(webhookUrl);
      const webhook = webhookUrl ? webhookOf(user.id, webhookUrl) : null;
      return database.withTenant(caller.tenantId, async (transaction) => {
        const columns: Partial<ProfileRow> = {
          ...columnsOf(changes),
          ...(webhook?.columns ?? (webhookUrl === '' ? { webhook_url: null, webhook_secret: null } : {})),
        };
        const before = await profileOf(transaction, user.id);
        const isNewNumber = columns.phone !== undefined && columns.phone !== (before?.phone ?? null);
        await saveProfile(transaction, user.id, { ...columns, ...(isNewNumber ? UNVERIFIED : {}) });
        const view = await viewOf(transaction, user);
        await note(transaction, actor, `user:${user.id}`, changes);
        return { ...view, webhookSecret: webhook?.secret ?? null };
      });
    },

    sendPhoneCode: (caller: Caller, actor: Actor) => phones.sendCode(caller, actor, note),

    /** @throws {Problem} PHONE_CODE_INVALID */
    verifyPhone: async (caller: Caller, actor: Actor, code: string) => {
      const user = personOf(caller);
      await phones.verify(caller, code, (transaction) =>
        note(transaction, actor, `user:${user.id}`, { phone: 'verified' }),
      );
      return database.withTenant(caller.tenantId, (transaction) => viewOf(transaction, user));
    },

    getSettings: (tenantId: string) => database.withTenant(tenantId, companyView),

    setSettings: (actor: Actor, changes: SettingsChanges) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const { zone, locale, quietFrom, quietTo, digestHour, retentionDays } = changes;
        const before = await settingsOf(transaction);
        await saveSettings(transaction, {
          zone: zone ?? before.zone,
          locale: locale ?? before.locale,
          quiet_from: quietFrom === undefined ? before.quiet_from : quietFrom || null,
          quiet_to: quietTo === undefined ? before.quiet_to : quietTo || null,
          digest_hour: digestHour ?? before.digest_hour,
          retention_days: retentionDays ?? before.retention_days,
        });
        const view = await companyView(transaction);
        await note(transaction, actor, 'notification-settings', changes);
        return view;
      }),

    chooseForCompany: (actor: Actor, place: Place) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await setPreference(transaction, COMPANY, placeOf(place), choiceOf(place));
        const view = await companyView(transaction);
        await note(transaction, actor, 'notification-settings', place);
        return view;
      }),

    listSuppressions: (
      tenantId: string,
      filter: { channel?: 'email' | 'sms' | undefined; search?: string | undefined },
      page: Page,
    ) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listSuppressions(transaction, filter, before, limit),
          key: ({ id }) => id,
          view: ({ id, channel, address, reason, detail, created_at }) => ({
            suppressionId: id,
            channel,
            address,
            reason,
            detail,
            createdAt: created_at.toISOString(),
          }),
        }),
      ),

    suppress: (actor: Actor, channel: 'email' | 'sms', address: string, detail: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await suppress(transaction, { channel, address, reason: 'added', detail });
        await note(transaction, actor, 'notification-suppressions', { channel, address });
        return { channel, address };
      }),

    release: (actor: Actor, channel: 'email' | 'sms', address: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const removed = await release(transaction, channel, address);
        await note(transaction, actor, 'notification-suppressions', { channel, address, removed });
        return { removed };
      }),
  };
}

function placeOf({ template, category, channel }: Place): Omit<Preference, 'choice'> {
  return { template: template ?? '', category: category ?? '', channel: channel ?? '' };
}

function choiceOf({ choice }: Place): Choice | null {
  return choice === 'default' ? null : choice;
}

function columnsOf({ phone, zone, locale, quietFrom, quietTo, digestHour }: ProfileChanges) {
  const given = {
    phone,
    zone,
    locale,
    quiet_from: quietFrom,
    quiet_to: quietTo,
    digest_hour: digestHour,
  };
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, value === '' ? null : value]),
  ) as Partial<ProfileRow>;
}

function preferenceView({ template, category, channel, choice }: Preference) {
  return {
    template: template || null,
    category: (category || null) as Category | null,
    channel: (channel || null) as Channel | null,
    choice,
  };
}

async function note(
  transaction: TenantTransaction,
  actor: Actor,
  subject: string,
  content: object,
): Promise<void> {
  const about = subject.startsWith('user:') ? [subject] : [];
  await record(transaction, actor, { subject, details: [{ about, content }] });
}
