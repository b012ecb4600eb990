import { ModelError } from '../../../models/chat.ts';
import type { Embedder } from '../../../models/embeddings/index.ts';
import type { Subject } from './checks/check.ts';
import type { RuleResult } from './results.ts';
import type { RuleOf } from './rule/schema.ts';

/** The vectors of texts, all in one space. */
export type Similarity = Pick<Embedder, 'embed'>;

interface Context {
  tenantId: string;
  signal?: AbortSignal | undefined;
}

/** Compares a text with those of each rule; without vectors it is not known. @throws by the signal alone */
export async function measure(
  rules: readonly RuleOf<'similarity'>[],
  { text }: Subject,
  { embed }: Similarity,
  { tenantId, signal }: Context,
): Promise<RuleResult[]> {
  if (rules.length === 0) return [];
  const texts = [text, ...rules.flatMap(({ to }) => to)];
  const call = { tenantId, purpose: 'validation', inputType: 'document', signal } as const;
  try {
    const { vectors } = await embed(texts, call);
    const [own, ...others] = vectors as [Float32Array, ...Float32Array[]];
    return rules.map((rule) => {
      const best = Math.max(...others.splice(0, rule.to.length).map((other) => cosine(own, other)));
      return likeness(rule, best, `The closest has a similarity of ${best.toFixed(2)}.`);
    });
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return rules.map((rule) => likeness(rule, null, `It could not be compared: ${error.message}`));
  }
}

function likeness(rule: RuleOf<'similarity'>, best: number | null, says: string): RuleResult {
  const asks = `${rule.not ? 'not: ' : ''}a similarity of ${rule.min} or more to ${rule.to.length} given texts`;
  return {
    rule,
    passed: best === null ? null : best >= rule.min !== rule.not,
    degree: Math.max(0, Math.min(1, best ?? 0)),
    message: rule.message ?? `Asked for: ${asks}. ${says}`,
    asks,
    spans: [],
    edits: [],
  };
}

/** Vectors have length 1, or 0 when nothing in a text is known. */
function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}
