import { createLangfuseClient, type LangfuseClient } from '@ai-manager/langfuse/client';
import type { Config } from '../config/index.ts';
import { anthropicProvider } from '../models/anthropic.ts';
import { createChain } from '../models/chain.ts';
import type { ChatModel } from '../models/chat.ts';
import { openAiVectorizer } from '../models/embeddings/openai.ts';
import { staticVectorizer } from '../models/embeddings/static.ts';
import type { Vectorizer } from '../models/embeddings/vectorizer.ts';
import { voyageVectorizer } from '../models/embeddings/voyage.ts';
import type { Ledger } from '../models/ledger/index.ts';
import { openAiProvider } from '../models/openai.ts';
import { PROVIDERS, type Provider, type ProviderName } from '../models/provider.ts';
import { createRoute, type Route } from '../models/route.ts';
import {
  createBrainLift,
  createMetricsApi,
  createWorkSmart,
  type Sources,
} from '../modules/shared/people/index.ts';
import { type HotSwap, hotSwap } from '../platform/hot-swap.ts';
import type { Metrics } from '../platform/telemetry/metrics.ts';
import type { ReloadableKey, UseKey } from './reload.ts';

/** The outside services that hold a key of ours. */
export interface Connections {
  model: ChatModel | null;
  /** The ways to models, in the order in which they are asked. */
  routes: readonly Route[];
  vectorizer: Vectorizer;
  /** The same for conversations, which have a size of their own. */
  conversationVectorizer: Vectorizer;
  sources: Sources;
  /** Connects anew with another key, and with a closed circuit; does nothing for connections that do not exist. */
  useKey: UseKey;
}

/** Told when a provider refuses our key, and when it takes it again. */
type OnKey = (route: string, state: 'refused' | 'accepted') => void;

/** Langfuse, where it is configured, with the time that one request may take. Nothing is sent yet. */
export function connectLangfuse(
  config: Config,
  fetchTimeoutMs = config.LANGFUSE_TIMEOUT_MS,
): LangfuseClient | null {
  const { LANGFUSE_BASE_URL, LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY } = config;
  if (!LANGFUSE_BASE_URL || !LANGFUSE_PUBLIC_KEY || !LANGFUSE_SECRET_KEY) return null;
  return createLangfuseClient({
    baseUrl: LANGFUSE_BASE_URL,
    publicKey: LANGFUSE_PUBLIC_KEY,
    secretKey: LANGFUSE_SECRET_KEY,
    fetchTimeoutMs,
    maxRetries: 1,
  });
}

/** Connects what the configuration has a key for. Nothing is sent yet. */
export function createConnections(
  config: Config,
  metrics: Metrics,
  ledger: Ledger,
  onKey: OnKey,
): Connections {
  const renewals: { name: ReloadableKey; renew(key: string): void }[] = [];

  function connect<T extends object>(name: ReloadableKey, create: ((key: string) => T) | null): T | null {
    const key = config[name];
    if (!create || !key) return null;
    const held: HotSwap<T> = hotSwap(create(key));
    renewals.push({ name, renew: (next) => held.replace(create(next)) });
    return held.proxy;
  }
  const timeoutMs = config.SOURCE_TIMEOUT_MS;
  type Create<T> = (options: { baseUrl: string; apiKey: string; timeoutMs: number }) => T;
  const source = <T extends object>(name: ReloadableKey, create: Create<T>, baseUrl: string | undefined) =>
    connect(name, baseUrl ? (apiKey) => create({ baseUrl, apiKey, timeoutMs }) : null);
  const timeoutOfModel = config.MODEL_TIMEOUT_MS;
  const route = (provider: Provider, regions: readonly string[] | undefined): Route =>
    createRoute(provider, {
      timeoutMs: timeoutOfModel,
      regions: regions ?? null,
      limits: { concurrency: config.MODEL_CONCURRENCY, tokensPerMinute: config.MODEL_TOKENS_PER_MINUTE },
      onKey: (state) => onKey(`${provider.provider}:${provider.model}`, state),
    });
  const { COMPATIBLE_BASE_URL, COMPATIBLE_MODEL } = config;
  const ways: Record<ProviderName, () => Route | null> = {
    openai: () =>
      connect('OPENAI_API_KEY', (apiKey) =>
        route(
          openAiProvider({
            apiKey,
            baseUrl: config.OPENAI_BASE_URL,
            model: config.OPENAI_MODEL,
            timeoutMs: timeoutOfModel,
          }),
          config.OPENAI_REGIONS,
        ),
      ),
    anthropic: () =>
      connect('ANTHROPIC_API_KEY', (apiKey) =>
        route(
          anthropicProvider({
            apiKey,
            baseUrl: config.ANTHROPIC_BASE_URL,
            model: config.ANTHROPIC_MODEL,
            timeoutMs: timeoutOfModel,
          }),
          config.ANTHROPIC_REGIONS,
        ),
      ),
    compatible: () =>
      COMPATIBLE_BASE_URL && COMPATIBLE_MODEL
        ? connect('COMPATIBLE_API_KEY', (apiKey) =>
            route(
              openAiProvider(
                { apiKey, baseUrl: COMPATIBLE_BASE_URL, model: COMPATIBLE_MODEL, timeoutMs: timeoutOfModel },
                'compatible',
              ),
              config.COMPATIBLE_REGIONS,
            ),
          )
        : null,
  };
  const { EMBEDDINGS_MODEL } = config;
  function vectorizer(dimensions: number): Vectorizer {
    const options = { dimensions, timeoutMs: config.MODEL_TIMEOUT_MS };
    const by = {
      static: () => staticVectorizer(),
      voyage: () =>
        connect('VOYAGE_API_KEY', (apiKey) =>
          voyageVectorizer({
            ...options,
            apiKey,
            baseUrl: config.VOYAGE_BASE_URL,
            model: EMBEDDINGS_MODEL ?? 'voyage-3-large',
          }),
        ),
      openai: () =>
        connect('OPENAI_API_KEY', (apiKey) =>
          openAiVectorizer({
            ...options,
            apiKey,
            baseUrl: config.EMBEDDINGS_BASE_URL ?? config.OPENAI_BASE_URL,
            model: EMBEDDINGS_MODEL ?? 'text-embedding-3-large',
            // Other servers have models of one size, and may refuse to be asked for it.
            fixedSize: config.EMBEDDINGS_BASE_URL !== undefined,
          }),
        ),
    };
    return by[config.EMBEDDINGS_PROVIDER]() ?? staticVectorizer();
  }
  const routes = [...new Set(config.MODEL_PROVIDERS ?? PROVIDERS)]
    .map((name) => ways[name]())
    .filter((way) => way !== null);
  const [first, ...others] = routes;
  return {
    model: first ? createChain([first, ...others], ledger, metrics.modelCall) : null,
    routes,
    vectorizer: vectorizer(config.EMBEDDINGS_DIMENSIONS),
    conversationVectorizer: vectorizer(
      config.EMBEDDINGS_CONVERSATION_DIMENSIONS || (config.EMBEDDINGS_PROVIDER === 'openai' ? 1536 : 512),
    ),
    sources: {
      worksmart: source('WORKSMART_API_KEY', createWorkSmart, config.WORKSMART_URL),
      brainlift: source('BRAINLIFT_API_KEY', createBrainLift, config.BRAINLIFT_URL),
      metrics: source('METRICS_API_KEY', createMetricsApi, config.METRICS_URL),
    },
    useKey: (name, key) => {
      for (const renewal of renewals) if (renewal.name === name) renewal.renew(key);
    },
  };
}
