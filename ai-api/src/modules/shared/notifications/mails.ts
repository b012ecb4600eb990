import type { TenantTransaction } from '../../../platform/database/index.ts';
import { activeUsers, type Identity } from '../identity/index.ts';
import { profilesOf, settingsOf } from './preferences/store.ts';
import type { Catalogue } from './templates/catalogue.ts';
import type { Rendered } from './templates/render.ts';

/** One mail to fill in. */
interface MailToFill {
  data: Readonly<Record<string, unknown>>;
  recipient: { name: string; email: string | null };
}

/** Templates filled in for mails that their caller sends: the company's version, or else the default. */
export function createMails(identity: Pick<Identity, 'tenantName'>, catalogue: Catalogue) {
  /**
   * Mails of one template, each in the language of its recipient, or else of the company.
   * @throws {import('./templates/liquid.ts').TemplateError} when the default fails too
   */
  async function renderAll<Mail extends MailToFill>(
    transaction: TenantTransaction,
    name: string,
    mails: readonly Mail[],
  ): Promise<(Mail & Rendered)[]> {
    const company = await identity.tenantName(transaction);
    const published = await catalogue.published(transaction, name);
    const { locale } = await settingsOf(transaction);
    const locales = await localesOf(
      transaction,
      mails.flatMap(({ recipient: { email } }) => email ?? []),
    );
    return mails.map((mail) => {
      const { data, recipient } = mail;
      const own = locales.get(recipient.email?.toLowerCase() ?? '');
      const rendered = catalogue.fill(published, own ?? locale, data, {
        recipient,
        company,
        unsubscribe: null,
      });
      return { ...mail, ...rendered };
    });
  }

  return {
    renderAll,

    /** One mail; see `renderAll`. @throws {import('./templates/liquid.ts').TemplateError} */
    render: async (transaction: TenantTransaction, name: string, mail: MailToFill): Promise<Rendered> =>
      (await renderAll(transaction, name, [mail]))[0] as Rendered,
  };
}

/** The languages that users chose, by their e-mail address. */
async function localesOf(
  transaction: TenantTransaction,
  emails: readonly string[],
): Promise<Map<string, string>> {
  const users = await activeUsers(transaction, { emails: emails.map((email) => email.toLowerCase()) });
  const profiles = await profilesOf(
    transaction,
    users.map(({ id }) => id),
  );
  return new Map(
    users.flatMap(({ id, email }) => {
      const locale = profiles.get(id)?.locale;
      return locale ? [[email.toLowerCase(), locale] as const] : [];
    }),
  );
}
