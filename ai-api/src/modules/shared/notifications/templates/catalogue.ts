import type { Logger } from 'pino';
import { notFound } from '../../../../http/problem.ts';
import type { TenantTransaction } from '../../../../platform/database/index.ts';
import type { Identity } from '../../identity/index.ts';
import { DEFAULTS } from './defaults/index.ts';
import { TemplateError } from './liquid.ts';
import { type Rendered, render, type Surroundings } from './render.ts';
import type { Content } from './schema.ts';
import { publishedVersion } from './store.ts';

/** A template as it is sent now. */
export interface Published {
  name: string;
  /** Of the company; null for the default that comes with the product. */
  version: number | null;
  content: Content;
}

/** Templates of e-mails to people who have not confirmed their address: a company that a person opened sends the default. */
const OUTWARD: readonly string[] = ['invitation'];

export type Catalogue = ReturnType<typeof createCatalogue>;

/** Which template is sent under a name: the company's published version, or else the default. */
export function createCatalogue(log: Logger, { isOpenedByPerson }: Pick<Identity, 'isOpenedByPerson'>) {
  async function published(transaction: TenantTransaction, name: string): Promise<Published> {
    const isFixed = OUTWARD.includes(name) && (await isOpenedByPerson(transaction));
    const own = isFixed ? undefined : await publishedVersion(transaction, name);
    if (own) return { name, version: own.version, content: own.content as Content };
    const content = DEFAULTS[name];
    if (!content) throw notFound('template', name);
    return { name, version: null, content };
  }

  /**
   * Fills a template in. Where a company's version fails with these data, the default is sent in its place, so that what
   * people wait for is not lost to a mistake in its text.
   * @throws {TemplateError} when there is no default, or the default fails too
   */
  function fill(
    { name, version, content }: Published,
    locale: string,
    data: Readonly<Record<string, unknown>>,
    surroundings: Surroundings,
  ): Rendered {
    try {
      return render(content, locale, data, surroundings);
    } catch (error) {
      const standard = version === null ? undefined : DEFAULTS[name];
      if (!standard || !(error instanceof TemplateError)) throw error;
      log.warn({ template: name, version, reason: error.message }, 'the default template was sent instead');
      return render(standard, locale, data, surroundings);
    }
  }

  return { published, fill };
}
