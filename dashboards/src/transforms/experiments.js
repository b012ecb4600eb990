import { kindName, when } from './helpers.js';

/** Experiments with prompts as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((one) => ({
      experimentId: one.experimentId,
      title: one.title,
      prompt: kindName(one.prompt),
      label: one.label,
      share: `${Math.round(one.share * 100)} %`,
      status: one.status,
      verdict: one.verdict ?? '—',
      started: when(one.startedAt),
    })),
  };
}
