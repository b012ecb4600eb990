import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { startChild } from './child-server.ts';
import { forEachHomeKind, type HomeKind } from './homes.ts';
import { connect, environment } from './platform.ts';
import { type Figure, report } from './report.ts';
import { median, spreadOf } from './statistics.ts';

const EVENTS = 2_000;
const ROUNDS = 2;
const TARGET_PER_SECOND = 1_000;

/** Takes every event, and remembers when the first and the last of a round came. */
async function startTaker() {
  const ids = new Set<string>();
  let times: number[] = [];
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      ids.add(String(request.headers['webhook-id']));
      times.push(performance.now());
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    distinct: () => ids.size,
    /** Deliveries per second since the last call. */
    rate: (): number => {
      const [first = 0, last = 0] = [times.at(0), times.at(-1)];
      const rate = (times.length / (last - first)) * 1000;
      times = [];
      return rate;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function measure({ name, create }: HomeKind): Promise<Figure> {
  const home = await create();
  const taker = await startTaker();
  const server = await startChild<'api' | 'publish'>(
    'outbox-process.ts',
    environment(home, { WEBHOOK_ALLOWED_HOSTS: '127.0.0.0/8' }),
  );
  try {
    await connect(server.urls.api).webhook.create({ url: taker.url, events: ['evaluation.judged'] });
    const rates: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      await fetch(`${server.urls.publish}/${EVENTS}`, { method: 'POST' });
      while (taker.distinct() < EVENTS * (round + 1)) await pause(20);
      const rate = taker.rate();
      // The first round warms up.
      if (round > 0) rates.push(rate);
    }
    return {
      figure: `${name}: events delivered in a second`,
      measured: median(rates).toFixed(0),
      peer: String(TARGET_PER_SECOND),
      ratio: spreadOf(rates.map((rate) => TARGET_PER_SECOND / rate)),
      ...(name === 'PostgreSQL' ? { target: 1 } : {}),
    };
  } finally {
    await server.stop();
    taker.close();
    await home.remove();
  }
}

const figures: Figure[] = [];
await forEachHomeKind(async (kind) => void figures.push(await measure(kind)));
report(
  `Outbox: ${EVENTS} events to one subscriber on loopback, ${ROUNDS} times; the target by the rate`,
  figures,
);
