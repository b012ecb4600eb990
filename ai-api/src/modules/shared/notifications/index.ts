import type { RequestHandler, Router } from 'express';
import type { Logger } from 'pino';
import type { Config } from '../../../config/index.ts';
import { STAFF } from '../../../contract/operation.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Limits } from '../../../platform/limits/index.ts';
import type { Mailer } from '../../../platform/mail/index.ts';
import type { OutboundGuard } from '../../../platform/outbound/index.ts';
import type { PersonalData } from '../../../platform/personal-data.ts';
import type { Sealer } from '../../../platform/sealing.ts';
import { actorOf } from '../audit/index.ts';
import type { Events } from '../events/index.ts';
import type { Identity } from '../identity/index.ts';
import type { People } from '../people/index.ts';
import type { Realtime } from '../realtime/index.ts';
import { createSns } from './channels/sns.ts';
import { createTwilio } from './channels/twilio.ts';
import { inbox } from './inbox/contract.ts';
import { createInbox } from './inbox/service.ts';
import { createMails } from './mails.ts';
import type { AtDelivery, NotificationParts } from './parts.ts';
import { personalDataOf } from './personal-data.ts';
import { notificationPreference, suppression } from './preferences/contract.ts';
import { createPhones, verifiedPhoneOf } from './preferences/phone.ts';
import { createPreferences } from './preferences/service.ts';
import { profileOf, profilesOf, settingsOf } from './preferences/store.ts';
import { createUnsubscribing } from './preferences/unsubscribing.ts';
import { routesOf } from './routes.ts';
import { notification } from './sending/contract.ts';
import { createDeliver } from './sending/deliver.ts';
import { defineDigests } from './sending/digests.ts';
import { createNotify } from './sending/notify.ts';
import { createReports } from './sending/reports.ts';
import { createSending } from './sending/service.ts';
import { findSuppression } from './suppressions.ts';
import { createCatalogue } from './templates/catalogue.ts';
import { notificationTemplate } from './templates/contract.ts';
import { createTemplates } from './templates/service.ts';
import { createUnsubscribeLinks } from './unsubscribe.ts';

export type { AtDelivery, DeliveryPoint } from './parts.ts';
export type { Notify, Sent } from './sending/notify.ts';

interface Needs {
  database: Database;
  jobs: Jobs;
  events: Events;
  people: People;
  identity: Identity;
  realtime: Realtime;
  limits: Limits;
  mailer: Mailer;
  outboundGuard: OutboundGuard;
  sealer: Sealer;
  secrets: readonly Buffer[];
  publicUrl: string;
  dashboards: Dashboards;
  clock: Clock;
  log: Logger;
  atDelivery: AtDelivery;
  config: Pick<
    Config,
    | 'MAIL_FROM'
    | 'MAIL_REPLY_TO'
    | 'NOTIFICATION_RETRY_SECONDS'
    | 'TWILIO_ACCOUNT_SID'
    | 'TWILIO_AUTH_TOKEN'
    | 'TWILIO_FROM'
    | 'TWILIO_BASE_URL'
    | 'PHONE_CODES_PER_DAY'
    | 'SES_TOPIC_ARNS'
    | 'SNS_ENDPOINT'
  >;
}

export type Notifications = ReturnType<typeof create>;

export function create(needs: Needs) {
  const { database, people, identity, realtime, outboundGuard, sealer, secrets, publicUrl } = needs;
  const { config, clock, limits, log } = needs;
  const now = () => clock.now();
  const catalogue = createCatalogue(log, identity);
  const links = createUnsubscribeLinks(secrets, publicUrl);
  const parts: NotificationParts = {
    ...needs,
    catalogue,
    links,
    mailFrom: config.MAIL_FROM,
    twilio: twilioOf(config),
    guard: outboundGuard,
    retrySeconds: config.NOTIFICATION_RETRY_SECONDS,
    now,
  };
  const notifier = createNotify(parts);
  const deliver = createDeliver(parts);
  defineDigests(parts, notifier);
  realtime.room({
    name: 'inbox',
    field: 'userId',
    roles: STAFF,
    resource: inbox.id,
    mayFollow: async (caller, id) => caller.user?.id === id,
  });
  return {
    people,
    identity,
    sending: createSending(parts, notifier),
    inbox: createInbox(database, notifier, now),
    preferences: createPreferences({
      database,
      guard: outboundGuard,
      sealer,
      phones: createPhones({ ...parts, secrets, limits, perDay: config.PHONE_CODES_PER_DAY }),
      hasSms: parts.twilio !== null,
    }),
    templates: createTemplates(database),
    routeParts: {
      unsubscribing: createUnsubscribing(database, identity, links),
      reports: createReports(parts, deliver),
      sns: createSns({
        topics: config.SES_TOPIC_ARNS.split(',')
          .map((arn) => arn.trim())
          .filter((arn) => arn !== ''),
        guard: outboundGuard,
        endpoint: config.SNS_ENDPOINT ?? null,
        now,
      }),
      twilio: parts.twilio,
      publicUrl,
      log,
    },

    /** Notifies people in the transaction that causes it; see {@link createNotify}. */
    notify: notifier.notify,

    ...createMails(identity, catalogue),

    /** Mailbox in which people read the replies to e-mails; null where there is none. */
    replyTo: config.MAIL_REPLY_TO ?? null,

    /** The language of a user, such as `de` or `pt-BR`: their own, or else that of the company. */
    localeOf: async (transaction: TenantTransaction, userId: string): Promise<string> =>
      (await profileOf(transaction, userId))?.locale ?? (await settingsOf(transaction)).locale,

    /** Numbers of users that they confirmed to be theirs. */
    phonesOf: async (transaction: TenantTransaction, userIds: readonly string[]): Promise<string[]> =>
      [...(await profilesOf(transaction, userIds)).values()].flatMap(
        (profile) => verifiedPhoneOf(profile) ?? [],
      ),

    /** Why nothing may be sent to an e-mail address, such as `bounce`; null where it may. */
    suppressionOf: async (transaction: TenantTransaction, address: string) =>
      (await findSuppression(transaction, 'email', address))?.reason ?? null,
  };
}

function twilioOf({ TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM, TWILIO_BASE_URL }: Needs['config']) {
  if (!TWILIO_ACCOUNT_SID || !TWILIO_AUTH_TOKEN || !TWILIO_FROM) return null;
  return createTwilio({
    accountSid: TWILIO_ACCOUNT_SID,
    authToken: TWILIO_AUTH_TOKEN,
    from: TWILIO_FROM,
    baseUrl: TWILIO_BASE_URL,
  });
}

/** What mail programs, SES and Twilio call. */
export function routes({ routeParts }: Notifications, anonymous: RequestHandler): Router {
  return routesOf(routeParts, anonymous);
}

/** What people were sent, and how they want to be reached. */
export function personalData({ people, identity }: Notifications): PersonalData {
  return personalDataOf(people, identity);
}

/** The operations of this module. */
export function operations({ sending, inbox: own, preferences, templates }: Notifications): Served[] {
  return [
    serve(notification, {
      notify: (input, request) => sending.notify(actorOf(request), input),
      list: ({ cursor, limit, ...filter }, { caller }) =>
        sending.list(caller.tenantId, filter, { cursor, limit }),
      get: ({ notificationId }, { caller }) => sending.get(caller.tenantId, notificationId),
      resend: ({ deliveryId }, request) => sending.resend(actorOf(request), deliveryId),
    }),
    serve(inbox, {
      list: ({ cursor, limit, ...filter }, { caller }) => own.list(caller, filter, { cursor, limit }),
      count: (_input, { caller }) => own.count(caller),
      read: ({ notificationId, unread }, { caller }) => own.read(caller, notificationId, unread),
      archive: ({ notificationId, restore }, { caller }) => own.archive(caller, notificationId, restore),
    }),
    serve(notificationPreference, {
      get: (_input, { caller }) => preferences.get(caller),
      choose: (place, request) => preferences.choose(request.caller, actorOf(request), place),
      setProfile: (changes, request) => preferences.setProfile(request.caller, actorOf(request), changes),
      sendPhoneCode: (_input, request) => preferences.sendPhoneCode(request.caller, actorOf(request)),
      verifyPhone: ({ code }, request) => preferences.verifyPhone(request.caller, actorOf(request), code),
      getSettings: (_input, { caller }) => preferences.getSettings(caller.tenantId),
      setSettings: (changes, request) => preferences.setSettings(actorOf(request), changes),
      chooseForCompany: (place, request) => preferences.chooseForCompany(actorOf(request), place),
    }),
    serve(suppression, {
      list: ({ cursor, limit, ...filter }, { caller }) =>
        preferences.listSuppressions(caller.tenantId, filter, { cursor, limit }),
      add: ({ channel, address, detail }, request) =>
        preferences.suppress(actorOf(request), channel, address, detail),
      remove: ({ channel, address }, request) => preferences.release(actorOf(request), channel, address),
    }),
    serve(notificationTemplate, {
      list: (page, { caller }) => templates.list(caller.tenantId, page),
      get: ({ name, version }, { caller }) => templates.get(caller.tenantId, name, version),
      listVersions: ({ name, ...page }, { caller }) => templates.listVersions(caller.tenantId, name, page),
      save: (input, request) => templates.save(actorOf(request), input),
      edit: (input, request) => templates.edit(actorOf(request), input),
      publish: ({ name, version }, request) => templates.publish(actorOf(request), name, version),
      preview: (input, { caller }) => templates.preview(caller.tenantId, input),
      test: ({ name, version, locale }, request) => sending.test(request, name, version, locale),
    }),
  ];
}
