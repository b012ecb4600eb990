import type { Usage } from './chat.ts';

/** More tokens than any model reads or writes in one call. */
const MAX_PLAUSIBLE = 50_000_000;

/** What an adapter says that a call used, in the provider's counts, which may be anything. */
export interface ReportedUsage {
  input_tokens?: unknown;
  output_tokens?: unknown;
  total_tokens?: unknown;
  input_token_details?: { cache_read?: unknown; cache_creation?: unknown } | undefined;
}

/**
 * Usage that can be charged for; null when none was reported, or counts that cannot be true. What a total holds
 * beyond its parts was written too: thoughts, which some providers leave out of the answer's count.
 */
export function usageOf(reported: ReportedUsage | undefined): Usage | null {
  const tokensIn = count(reported?.input_tokens);
  const written = count(reported?.output_tokens);
  if (tokensIn === null || written === null || tokensIn + written === 0) return null;
  const total = count(reported?.total_tokens) ?? 0;
  const tokensCached = within(reported?.input_token_details?.cache_read, tokensIn);
  const tokensCacheWritten = within(reported?.input_token_details?.cache_creation, tokensIn - tokensCached);
  return {
    tokensIn,
    tokensOut: Math.max(written, total - tokensIn),
    ...(tokensCached > 0 ? { tokensCached } : {}),
    ...(tokensCacheWritten > 0 ? { tokensCacheWritten } : {}),
  };
}

/** Zero where nothing was said. */
function count(value: unknown): number | null {
  if (value === undefined || value === null) return 0;
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MAX_PLAUSIBLE
    ? (value as number)
    : null;
}

function within(value: unknown, most: number): number {
  const counted = count(value) ?? 0;
  return counted <= most ? counted : 0;
}

/** The larger of two reports of one call: each is a total of what was counted so far. */
export function laterOf(a: Usage | null, b: Usage | null): Usage | null {
  if (!a || !b) return a ?? b;
  const most = (name: keyof Usage) => Math.max(a[name] ?? 0, b[name] ?? 0);
  const [tokensCached, tokensCacheWritten] = [most('tokensCached'), most('tokensCacheWritten')];
  return {
    tokensIn: most('tokensIn'),
    tokensOut: most('tokensOut'),
    ...(tokensCached > 0 ? { tokensCached } : {}),
    ...(tokensCacheWritten > 0 ? { tokensCacheWritten } : {}),
  };
}
