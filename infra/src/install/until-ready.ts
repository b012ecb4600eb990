import { setTimeout as pause } from 'node:timers/promises';

const PAUSE_MS = 2_000;
const REQUEST_MS = 5_000;

/**
 * Waits until every address answers with a success.
 * @param addresses by the name of their service
 * @throws Error that names the services that did not answer in time
 */
export async function untilReady(addresses: Record<string, string>, waitSeconds: number): Promise<void> {
  const until = Date.now() + waitSeconds * 1_000;
  for (;;) {
    const states = await Promise.all(
      Object.entries(addresses).map(async ([name, url]) =>
        (await answers(url)) ? [] : [`${name} (${url})`],
      ),
    );
    const silent = states.flat();
    if (silent.length === 0) return;
    if (Date.now() >= until) throw new Error(`These services are not ready: ${silent.join(', ')}.`);
    await pause(PAUSE_MS);
  }
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(REQUEST_MS) }).catch(() => null);
  return response?.ok ?? false;
}
