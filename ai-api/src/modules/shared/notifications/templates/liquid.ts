import { Liquid, type Template } from 'liquidjs';
import { LRUCache } from 'lru-cache';

/** What a template may use: characters of source and units of memory for each part, milliseconds for all parts together. */
const LIMITS = { parseLimit: 100_000, renderLimit: 1_000, memoryLimit: 2_000_000 };
const MAX_OUTPUT = 500_000;
const TOO_LONG = 'The template takes too long to fill in.';

/** Milliseconds that are left for filling in: parts of one template share them, and its languages when it is saved. */
interface Budget {
  left: number;
}

export function newBudget(milliseconds = LIMITS.renderLimit): Budget {
  return { left: milliseconds };
}

/** A template that could not be read or filled in, with a reason its author can act on. */
export class TemplateError extends Error {
  override name = 'TemplateError';
}

const engines = { html: createEngine('escape'), text: createEngine(undefined) };
const parsed = new LRUCache<string, Template[]>({ max: 500 });

/**
 * A Liquid engine that reads no files, knows no tag that would, and escapes what goes into markup: there is no filter to
 * turn the escaping off.
 */
function createEngine(outputEscape: 'escape' | undefined): Liquid {
  const engine = new Liquid({
    ...LIMITS,
    ownPropertyOnly: true,
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    templates: {},
    timezoneOffset: 'UTC',
    ...(outputEscape ? { outputEscape } : {}),
  });
  for (const tag of ['include', 'render', 'layout', 'block']) delete engine.tags[tag];
  delete engine.filters.raw;
  return engine;
}

/**
 * Fills a Liquid template in.
 * @param as `html` escapes every value; `text` writes them as they are
 * @param data JSON
 * @throws {TemplateError} for a mistake in the template, an unknown variable, and one that takes too long or too much memory
 */
export function fillIn(
  source: string,
  as: 'html' | 'text',
  data: Readonly<Record<string, unknown>>,
  budget = newBudget(),
): string {
  if (budget.left <= 0) throw new TemplateError(TOO_LONG);
  const engine = engines[as];
  const key = `${as} ${source}`;
  const began = performance.now();
  try {
    const template = parsed.get(key) ?? engine.parse(source);
    parsed.set(key, template);
    const output = String(engine.renderSync(template, data, { renderLimit: budget.left }));
    if (output.length > MAX_OUTPUT)
      throw new Error(`it makes more than ${MAX_OUTPUT.toLocaleString('en')} characters`);
    return output;
  } catch (error) {
    throw new TemplateError(reasonOf(error as Error), { cause: error });
  } finally {
    budget.left -= performance.now() - began;
  }
}

/** The first line of an error of LiquidJS, in words for an author. */
function reasonOf({ message }: Error): string {
  const [line = ''] = message.split('\n');
  if (/memory alloc limit/.test(line)) return 'The template needs too much memory.';
  if (/template render limit/.test(line)) return TOO_LONG;
  if (/parse length limit/.test(line)) return `The template is longer than ${LIMITS.parseLimit} characters.`;
  return `The template cannot be filled in: ${line}`;
}
