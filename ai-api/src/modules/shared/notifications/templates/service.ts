import { z } from 'zod';
import { listPage, type Page } from '../../../../http/cursor.ts';
import { notFound, Problem } from '../../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import { type Actor, displayName, record } from '../../audit/index.ts';
import { DEFAULTS } from './defaults/index.ts';
import { TemplateError } from './liquid.ts';
import { type Rendered, render, textsFor } from './render.ts';
import { type Content, content as contentSchema } from './schema.ts';
import {
  findVersion,
  insertVersion,
  listVersions,
  lockTemplate,
  newestVersion,
  ownTemplates,
  publishedVersion,
  setPublished,
  type VersionRow,
} from './store.ts';

interface Save {
  name: string;
  content: Record<string, unknown>;
  expectedVersion: number;
  comment: string;
}

interface Texts {
  subject?: string | undefined;
  mjml?: string | undefined;
  text?: string | undefined;
  summary?: string | undefined;
  sms?: string | undefined;
}

interface Preview extends Texts {
  name: string;
  version?: number | undefined;
  locale: string;
  data?: Record<string, unknown> | undefined;
}

interface Edit extends Texts {
  name: string;
  locale: string;
  comment: string;
}

const RECIPIENT = { name: 'Ada Sample', email: 'ada@example.com' };

/** Templates as executives edit them: the defaults, and versions of the company's own. */
export function createTemplates(database: Database) {
  async function contentOf(
    transaction: TenantTransaction,
    name: string,
    version: number | undefined,
  ): Promise<{ version: number | null; content: Content; row: VersionRow | undefined }> {
    const row =
      version === undefined
        ? await publishedVersion(transaction, name)
        : await findVersion(transaction, name, version);
    if (row) return { version: row.version, content: row.content as Content, row };
    const content = version === undefined || version === 0 ? DEFAULTS[name] : undefined;
    if (!content) throw notFound('template', name);
    return { version: null, content, row: undefined };
  }

  return {
    list: (tenantId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const own = await ownTemplates(transaction);
        const names = [...new Set([...Object.keys(DEFAULTS), ...own.map(({ name }) => name)])].sort();
        const items = [];
        for (const name of names) {
          const newest = await newestVersion(transaction, name);
          const { version, content } = await contentOf(
            transaction,
            name,
            (await publishedVersion(transaction, name)) || DEFAULTS[name] ? undefined : newest,
          );
          items.push({
            ...headOf(name, content),
            publishedVersion: own.find((row) => row.name === name)?.published_version ?? null,
            newestVersion: newest,
            hasDefault: Object.hasOwn(DEFAULTS, name),
            isDefault: version === null,
          });
        }
        return { items, nextCursor: null };
      }),

    /** A version, 0 for the default; by default what is sent now. @throws {Problem} NOT_FOUND */
    get: (tenantId: string, name: string, version: number | undefined) =>
      database.withTenant(tenantId, async (transaction) => {
        const { version: found, content, row } = await contentOf(transaction, name, version);
        const published = await publishedVersion(transaction, name);
        return {
          ...headOf(name, content),
          version: found,
          newestVersion: await newestVersion(transaction, name),
          publishedVersion: published?.version ?? null,
          hasDefault: Object.hasOwn(DEFAULTS, name),
          comment: row?.comment ?? null,
          content,
        };
      }),

    listVersions: (tenantId: string, name: string, page: Page) =>
      database.withTenant(tenantId, async (transaction) => {
        const published = await publishedVersion(transaction, name);
        return listPage(page, {
          cursor: z.number().int(),
          query: (before, limit) => listVersions(transaction, name, before, limit),
          key: ({ version }) => version,
          view: (row) => ({
            version: row.version,
            comment: row.comment,
            createdBy: row.created_by,
            createdAt: row.created_at.toISOString(),
            publishedAt: row.published_at?.toISOString() ?? null,
            publishedBy: row.published_by,
            isPublished: row.version === published?.version,
          }),
        });
      }),

    /** Saves a version; it is sent once it is published. @throws {Problem} TEMPLATE_INVALID, CONFLICT */
    save: async (actor: Actor, { name, content, expectedVersion, comment }: Save) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await lockTemplate(transaction, name);
        const newest = await newestVersion(transaction, name);
        if (newest !== expectedVersion)
          throw new Problem('CONFLICT', `The newest version is ${newest}, not ${expectedVersion}.`);
        return insert(transaction, actor, {
          name,
          version: newest + 1,
          content: readContent(content),
          comment,
        });
      }),

    /** Changes texts of the newest version, or of the default. @throws {Problem} NOT_FOUND, TEMPLATE_INVALID */
    edit: (actor: Actor, { name, locale, comment, ...texts }: Edit) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const newest = await newestVersion(transaction, name);
        const { content } = await contentOf(transaction, name, newest);
        await lockTemplate(transaction, name);
        return insert(transaction, actor, {
          name,
          version: newest + 1,
          content: readContent(withTexts(content, locale, texts)),
          comment,
        });
      }),

    /** Sends a version from now on, 0 for the default. @throws {Problem} NOT_FOUND, TEMPLATE_INVALID */
    publish: (actor: Actor, name: string, version: number) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const found = await contentOf(transaction, name, version);
        for (const locale of Object.keys(found.content.locales))
          tryOut(found.content, locale, found.content.sample);
        await lockTemplate(transaction, name);
        await setPublished(transaction, name, found.version, displayName(actor));
        await note(transaction, actor, name, { published: version });
        return { name, publishedVersion: found.version };
      }),

    /** How a template looks with its sample or other data. @throws {Problem} NOT_FOUND, TEMPLATE_INVALID */
    preview: (tenantId: string, { name, version, locale, data, ...texts }: Preview) =>
      database.withTenant(tenantId, async (transaction) => {
        const saved = (await contentOf(transaction, name, version)).content;
        const shown = readContent(withTexts(saved, locale, texts));
        const { html, ...others } = tryOut(shown, locale, data ?? shown.sample);
        return { ...others, html: html === '' ? null : html };
      }),
  };

  async function insert(
    transaction: TenantTransaction,
    actor: Actor,
    { name, version, content, comment }: { name: string; version: number; content: Content; comment: string },
  ) {
    for (const locale of Object.keys(content.locales)) tryOut(content, locale, content.sample);
    await insertVersion(transaction, {
      name,
      version,
      content,
      comment,
      created_by: displayName(actor),
      created_by_id: actor.name,
    });
    await note(transaction, actor, name, { version, comment });
    return { name, version };
  }
}

/** @throws {Problem} TEMPLATE_INVALID that names the field */
function readContent(given: unknown): Content {
  const parsed = contentSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Problem('TEMPLATE_INVALID', `${issue?.path.join('.') || 'content'}: ${issue?.message}`);
}

/** A template with other texts in one language; what is left out stays, or is taken from English. */
function withTexts(content: Content, locale: string, texts: Texts): Content {
  const given = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined));
  const before = textsFor(content, locale);
  return { ...content, locales: { ...content.locales, [locale]: { ...before, ...given } } };
}

/** @throws {Problem} TEMPLATE_INVALID with the reason */
function tryOut(content: Content, locale: string, data: Record<string, unknown>): Rendered {
  try {
    return render(content, locale, data, {
      recipient: RECIPIENT,
      company: 'Your company',
      unsubscribe: content.critical ? null : 'https://example.com/unsubscribe',
    });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new Problem('TEMPLATE_INVALID', `${locale}: ${error.message}`);
  }
}

function headOf(name: string, { title, description, category, critical, channels, locales }: Content) {
  return { name, title, description, category, critical, channels, locales: Object.keys(locales) };
}

async function note(
  transaction: TenantTransaction,
  actor: Actor,
  name: string,
  content: object,
): Promise<void> {
  await record(transaction, actor, {
    subject: `notification-template:${name}`,
    details: [{ about: [], content }],
  });
}
