import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../platform/database/index.ts';
import { inSpan } from '../../platform/telemetry/tracing/index.ts';
import type { CallLedger, OnModelCall } from '../chain.ts';
import { ModelError, NO_USAGE, type Usage } from '../chat.ts';
import type { CallOutcome } from '../failures.ts';
import { mayReceive, noneIn } from '../regions.ts';
import { contentHash, findCached, storeCached } from './cache.ts';
import type { Embedder, EmbeddingCall } from './embedder.ts';
import { staticVectorizer } from './static.ts';
import type { Vectorizer } from './vectorizer.ts';

export { forgetCached } from './cache.ts';
export type { Embedded, Embedder, EmbeddingCall, Space } from './embedder.ts';

interface EmbedderOptions {
  database: Database;
  ledger: CallLedger;
  onCall?: OnModelCall;
  /** Where the provider keeps what it is sent, as the operator declares; null when undeclared. */
  regions?: readonly string[] | null;
}

/**
 * An embedder that asks in batches, asks for no text twice, and enters every batch that was sent in the ledger.
 */
export function createEmbedder(
  vectorizer: Vectorizer,
  { database, ledger, onCall = () => {}, regions = null }: EmbedderOptions,
): Embedder {
  const { space, batch, maxCharacters, isCached } = vectorizer;
  // Static vectors are made in this process.
  const isRemote = space.provider !== 'static';

  /** One request, entered in the ledger whichever way it ended. */
  async function request(texts: readonly string[], call: EmbeddingCall, callId: string, number: number) {
    const startedAt = new Date();
    const began = performance.now();
    const note = (outcome: CallOutcome, usage: Usage, error: string | null = null) => {
      onCall(space.provider, outcome, (performance.now() - began) / 1000, usage);
      return ledger.record({
        kind: 'embedding',
        callId,
        number,
        call,
        provider: space.provider,
        model: space.model,
        outcome,
        error,
        usage,
        isEstimated: false,
        startedAt,
        latencyMs: Math.round(performance.now() - began),
        input: null,
        output: null,
      });
    };
    let made: Awaited<ReturnType<Vectorizer['vectors']>>;
    try {
      const attributes = { 'gen_ai.provider.name': space.provider, 'gen_ai.request.model': space.model };
      made = await inSpan(`embeddings ${space.provider}`, { kind: 'client', attributes }, () =>
        vectorizer.vectors(texts, call.inputType, call.signal),
      );
    } catch (error) {
      if (error instanceof ModelError) await note(error.kind, error.usage, error.message);
      else await note(call.signal?.aborted ? 'aborted' : 'error', NO_USAGE);
      throw error;
    }
    await note('ok', { tokensIn: made.tokensIn, tokensOut: 0 });
    return made;
  }

  return {
    space,
    serves: async (tenantId) => !isRemote || mayReceive({ regions }, await ledger.regionOf(tenantId)),
    embed: async (texts, call) => {
      call.signal?.throwIfAborted();
      if (isRemote) {
        const region = await ledger.regionOf(call.tenantId);
        if (!mayReceive({ regions }, region))
          throw new ModelError('not_in_region', noneIn('provider of embeddings', region));
      }
      const cut = texts.map((text) => text.slice(0, maxCharacters));
      const hashes = cut.map(contentHash);
      const place = { tenantId: call.tenantId, inputType: call.inputType, space };
      const known =
        isCached && cut.length > 0
          ? await findCached(database, place, [...new Set(hashes)])
          : new Map<string, Float32Array>();
      const missing = new Map<string, string>();
      for (const [index, hash] of hashes.entries())
        if (!known.has(hash)) missing.set(hash, cut[index] as string);
      if (missing.size > 0) await ledger.admit(call.tenantId);
      const callId = uuidv7();
      let tokensIn = 0;
      for (const [index, part] of batches([...missing], batch).entries()) {
        const made = await request(
          part.map(([, text]) => text),
          call,
          callId,
          index + 1,
        );
        tokensIn += made.tokensIn;
        const found = new Map(part.map(([hash], at) => [hash, made.vectors[at] as Float32Array]));
        for (const [hash, vector] of found) known.set(hash, vector);
        if (isCached) await storeCached(database, place, found);
      }
      return { space, vectors: hashes.map((hash) => known.get(hash) as Float32Array), usage: { tokensIn } };
    },
  };
}

/** The first of these that may be sent the texts of a tenant; the configured one where none may. */
export async function servingFor(
  [configured, ...others]: readonly [Embedder, ...Embedder[]],
  tenantId: string,
): Promise<Embedder> {
  for (const embedder of [configured, ...others]) if (await embedder.serves(tenantId)) return embedder;
  return configured;
}

/** One embedder that makes each tenant's vectors by the first of these that may be sent its texts. */
export function withinRegion(embedders: readonly [Embedder, ...Embedder[]]): Embedder {
  return {
    space: embedders[0].space,
    serves: async (tenantId) =>
      (await Promise.all(embedders.map((one) => one.serves(tenantId)))).includes(true),
    embed: async (texts, call) => (await servingFor(embedders, call.tenantId)).embed(texts, call),
  };
}

/** The configured embedder, and the one that is always there, for what was made before another was configured. */
export function embeddersOf(
  configured: Embedder,
  options: Parameters<typeof createEmbedder>[1],
): [Embedder, ...Embedder[]] {
  if (configured.space.provider === 'static') return [configured];
  return [configured, createEmbedder(staticVectorizer(), options)];
}

function batches(texts: [string, string][], { texts: most, characters }: Vectorizer['batch']) {
  const parts: [string, string][][] = [];
  let length = 0;
  for (const entry of texts) {
    const last = parts.at(-1);
    if (last && last.length < most && length + entry[1].length <= characters) {
      last.push(entry);
      length += entry[1].length;
    } else {
      parts.push([entry]);
      length = entry[1].length;
    }
  }
  return parts;
}
