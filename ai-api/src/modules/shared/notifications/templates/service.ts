import { z } from 'zod';
import { listPage, type Page } from '../../../../http/cursor.ts';
import { notFound, Problem } from '../../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import { type Actor, displayName, record } from '../../audit/index.ts';
import { DEFAULTS } from './defaults/index.ts';
import { newBudget, TemplateError } from './liquid.ts';
import { type Rendered, render, textsFor } from './render.ts';
import { type Content, content as contentSchema } from './schema.ts';
import {
  findVersion,
  findVersions,
  insertVersion,
  listVersions,
  lockTemplate,
  newestVersion,
  newestVersions,
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
  expectedVersion: number;
  comment: string;
}

/** Time for all languages of a template together when it is saved. */
const TRY_OUT_MS = 3_000;

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

  /** Templates as they are listed: what is sent now, or else the newest version. */
  async function listed(transaction: TenantTransaction, rows: { name: string; published: number | null }[]) {
    const newest = await newestVersions(
      transaction,
      rows.map(({ name }) => name),
    );
    const shown = rows.flatMap(({ name, published }) => {
      const version = published ?? (DEFAULTS[name] ? null : newest.get(name));
      return version == null ? [] : [{ name, version }];
    });
    const versions = await findVersions(transaction, shown);
    return rows.map(({ name, published }) => {
      const content = versions.get(name)?.content ?? DEFAULTS[name];
      return {
        ...headOf(name, content as Content),
        publishedVersion: published,
        newestVersion: newest.get(name) ?? 0,
        hasDefault: Object.hasOwn(DEFAULTS, name),
        isDefault: !versions.has(name),
      };
    });
  }

  return {
    list: (tenantId: string, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.string(),
          query: async (after, limit) => {
            const own = await ownTemplates(transaction);
            const published = new Map([
              ...Object.keys(DEFAULTS).map((name) => [name, null] as const),
              ...own.map(({ name, published_version }) => [name, published_version] as const),
            ]);
            return [...published.keys()]
              .filter((name) => after === null || name > after)
              .sort()
              .slice(0, limit)
              .map((name) => ({ name, published: published.get(name) ?? null }));
          },
          key: ({ name }) => name,
          describe: (rows) => listed(transaction, rows),
        }),
      ),

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
        await lockNewest(transaction, name, expectedVersion);
        return insert(transaction, actor, {
          name,
          version: expectedVersion + 1,
          content: readContent(content),
          comment,
        });
      }),

    /** Changes texts of the newest version, or of the default. @throws {Problem} NOT_FOUND, TEMPLATE_INVALID, CONFLICT */
    edit: (actor: Actor, { name, locale, expectedVersion, comment, ...texts }: Edit) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await lockNewest(transaction, name, expectedVersion);
        const { content } = await contentOf(transaction, name, expectedVersion);
        return insert(transaction, actor, {
          name,
          version: expectedVersion + 1,
          content: readContent(withTexts(content, locale, texts)),
          comment,
        });
      }),

    /** Sends a version from now on, 0 for the default. @throws {Problem} NOT_FOUND, TEMPLATE_INVALID */
    publish: (actor: Actor, name: string, version: number) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const found = await contentOf(transaction, name, version);
        tryOutAll(found.content);
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
    tryOutAll(content);
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

/** Locks a template whose newest version is the one that its editor saw. @throws {Problem} CONFLICT */
async function lockNewest(transaction: TenantTransaction, name: string, expected: number): Promise<void> {
  await lockTemplate(transaction, name);
  const newest = await newestVersion(transaction, name);
  if (newest !== expected) throw new Problem('CONFLICT', `The newest version is ${newest}, not ${expected}.`);
}

/** Fills all languages in with the sample. @throws {Problem} TEMPLATE_INVALID with the reason */
function tryOutAll(content: Content): void {
  const budget = newBudget(TRY_OUT_MS);
  for (const locale of Object.keys(content.locales)) tryOut(content, locale, content.sample, budget);
}

/** @throws {Problem} TEMPLATE_INVALID with the reason */
function tryOut(
  content: Content,
  locale: string,
  data: Record<string, unknown>,
  budget = newBudget(),
): Rendered {
  const surroundings = {
    recipient: RECIPIENT,
    company: 'Your company',
    unsubscribe: content.critical ? null : 'https://example.com/unsubscribe',
  };
  try {
    return render(content, locale, data, surroundings, budget);
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
