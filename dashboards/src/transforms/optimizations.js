import { ago, kindName } from './helpers.js';

/** Proposals for better prompts as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((one) => ({
      optimizationId: one.optimizationId,
      prompt: kindName(one.prompt),
      status: one.status,
      progress:
        one.status === 'running'
          ? `${one.progress.phase} ${one.progress.done} of ${one.progress.total}`
          : '—',
      verdict: one.proposal?.verdict ?? '—',
      at: ago(one.createdAt),
    })),
  };
}
