import type { Config } from './config.ts';
import type { ChatModel } from './models/chat.ts';
import { observeModel } from './models/observed.ts';
import { createOpenAi } from './models/openai.ts';
import { createBrainLift, createMetricsApi, createWorkSmart, type Sources } from './modules/people/index.ts';
import { type Replaceable, replaceable } from './platform/replaceable.ts';
import type { Metrics } from './platform/telemetry/metrics.ts';
import type { ReloadableKey, UseKey } from './reload.ts';

/** The outside services that hold a key of ours. */
export interface Connections {
  model: ChatModel | null;
  sources: Sources;
  /** Connects anew with another key, and with a closed circuit; does nothing for what is not connected. */
  useKey: UseKey;
}

/** Connects what the configuration has a key for. Nothing is sent yet. */
export function createConnections(config: Config, metrics: Metrics): Connections {
  const renewals = new Map<ReloadableKey, (key: string) => void>();

  function connect<T extends object>(name: ReloadableKey, create: ((key: string) => T) | null): T | null {
    const key = config[name];
    if (!create || !key) return null;
    const held: Replaceable<T> = replaceable(create(key));
    renewals.set(name, (next) => held.replace(create(next)));
    return held.proxy;
  }
  const timeoutMs = config.SOURCE_TIMEOUT_MS;
  type Create<T> = (options: { baseUrl: string; apiKey: string; timeoutMs: number }) => T;
  const source = <T extends object>(name: ReloadableKey, create: Create<T>, baseUrl: string | undefined) =>
    connect(name, baseUrl ? (apiKey) => create({ baseUrl, apiKey, timeoutMs }) : null);
  return {
    model: connect('OPENAI_API_KEY', (apiKey) =>
      observeModel(
        createOpenAi({
          apiKey,
          baseUrl: config.OPENAI_BASE_URL,
          model: config.OPENAI_MODEL,
          timeoutMs: config.MODEL_TIMEOUT_MS,
        }),
        metrics.modelCall,
      ),
    ),
    sources: {
      worksmart: source('WORKSMART_API_KEY', createWorkSmart, config.WORKSMART_URL),
      brainlift: source('BRAINLIFT_API_KEY', createBrainLift, config.BRAINLIFT_URL),
      metrics: source('METRICS_API_KEY', createMetricsApi, config.METRICS_URL),
    },
    useKey: (name, key) => renewals.get(name)?.(key),
  };
}
