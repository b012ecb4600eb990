import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Usage } from '../chat.ts';
import listed from './prices.json' with { type: 'json' };

const price = z.object({
  in: z.number().min(0),
  /** For tokens that the provider had seen before; the full price unless listed. */
  cached: z.number().min(0).optional(),
  /** For tokens that are written into the provider's cache; the full price unless listed. */
  written: z.number().min(0).optional(),
  out: z.number().min(0),
});
const table = z.object({ models: z.record(z.string().regex(/^[^:\s]+:\S+$/), price) });

/** US dollars for a million tokens, which is micro-dollars for one. */
export type Prices = ReadonlyMap<string, z.output<typeof price>>;

/**
 * The list that comes with the product, and over it the entries of a file of the same form.
 * @throws one line when the file cannot be used
 */
export function readPrices(file?: string): Prices {
  const own = file === undefined ? {} : readOwn(file);
  return new Map(Object.entries({ ...listed.models, ...own }));
}

function readOwn(file: string) {
  try {
    return table.parse(JSON.parse(readFileSync(file, 'utf8'))).models;
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new Error(`MODEL_PRICES ${file} cannot be used: ${reason}`, { cause });
  }
}

/** Whole micro-dollars, rounded up; null when the price of the model is not known. */
export function costOf(prices: Prices, provider: string, model: string, usage: Usage): number | null {
  const listedPrice = prices.get(`${provider}:${model}`) ?? prices.get(`${provider}:${undated(model)}`);
  if (!listedPrice) return null;
  const cached = Math.min(usage.tokensCached ?? 0, usage.tokensIn);
  const written = Math.min(usage.tokensCacheWritten ?? 0, usage.tokensIn - cached);
  const fresh = usage.tokensIn - cached - written;
  const exact =
    fresh * listedPrice.in +
    cached * (listedPrice.cached ?? listedPrice.in) +
    written * (listedPrice.written ?? listedPrice.in) +
    usage.tokensOut * listedPrice.out;
  // Sums of tenths are a hair too high at times.
  return Math.ceil(exact - 1e-6);
}

/** `gpt-4.1-mini-2025-04-14` and `claude-sonnet-4-5-20250929` cost what their families do. */
function undated(model: string): string {
  return model.replace(/-(\d{4}-\d{2}-\d{2}|\d{8})$/, '');
}
