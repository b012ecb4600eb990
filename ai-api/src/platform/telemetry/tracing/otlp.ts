import type { Logger } from 'pino';

/** Where telemetry goes and as whose, from the standard OTEL_ variables. */
export interface OtlpSettings {
  /** Root of the collector; signals go to `/v1/traces` and `/v1/logs` below it. */
  endpoint: string;
  headers: Record<string, string>;
  timeoutMs: number;
  exportEveryMs: number;
  serviceName: string;
  serviceVersion: string;
  resourceAttributes: Record<string, string>;
  /** Share of traces that begin here and are recorded, 0 to 1. */
  sampleRatio: number;
}

/** The URL of one signal. */
export function signalUrl({ endpoint }: OtlpSettings, signal: 'traces' | 'logs'): string {
  return `${endpoint.replace(/\/+$/, '')}/v1/${signal}`;
}

/** What all signals say of this process. */
export function resourceOf({ serviceName, serviceVersion, resourceAttributes }: OtlpSettings) {
  return {
    'service.name': serviceName,
    'service.version': serviceVersion,
    'process.pid': process.pid,
    ...resourceAttributes,
  };
}

/**
 * Reads `key=value,key=value` with percent-encoded values, as OTEL_ variables hold headers and attributes.
 * @throws for a pair without a name or `=`
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function parsePairs(text: string): Record<string, string> {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new Error('write name=value, separated by commas');
      return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())];
    });
  return Object.fromEntries(pairs) as Record<string, string>;
}

const COMPLAIN_EVERY_MS = 5 * 60_000;

/** The part of an exporter that reports how an export ended. */
interface Exporter<Item> {
  export(items: Item[], done: (result: { code: number; error?: Error }) => void): void;
}

/** Makes an exporter say in the log, now and then, that what it sends is not taken. What is lost is lost. */
export function complaining<Item, E extends Exporter<Item>>(exporter: E, what: string, log: Logger): E {
  const send = exporter.export.bind(exporter);
  let saidAt = Number.NEGATIVE_INFINITY;
  let lost = 0;
  exporter.export = (items, done) =>
    send(items, (result) => {
      if (result.code !== 0) {
        lost += items.length;
        if (performance.now() - saidAt > COMPLAIN_EVERY_MS) {
          saidAt = performance.now();
          log.warn({ lost }, `${what} could not be exported and were lost`);
          lost = 0;
        }
      }
      done(result);
    });
  return exporter;
}

/** Waits for `work` no longer than `milliseconds`, whatever becomes of it. */
export async function withDeadline(work: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work.catch(() => {}), deadline]);
  clearTimeout(timer);
}
