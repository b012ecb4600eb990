import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';
import { type ChildServer, startChild } from './child-server.ts';
import { forEachHomeKind, type HomeKind } from './homes.ts';
import { ADMIN_KEY, connect, environment } from './platform.ts';
import { type Figure, report } from './report.ts';
import { median, spreadOf } from './statistics.ts';

const CONNECTIONS = 10_000;
const AT_ONCE = 100;
const BROADCASTS = 5;
const MAX_BYTES = 1024 ** 3;
const MAX_MS = 2_000;
/** Nothing listens there: only the event counts, not its delivery. */
const ENDPOINT = 'http://127.0.0.1:9/hook';

const headers = { authorization: `Bearer ${ADMIN_KEY}` };

/** Resident memory of a process in bytes, as Linux reports it. */
function memoryOf(pid: string): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/** A connection that received `ready`. */
function open(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    socket.once('message', () => resolve(socket));
    socket.once('error', reject);
  });
}

async function openAll(url: string): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  while (sockets.length < CONNECTIONS)
    sockets.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => open(url)))));
  return sockets;
}

async function measure({ name, create }: HomeKind): Promise<Figure[]> {
  const home = await create();
  const settings = { REALTIME_CONNECTIONS: String(CONNECTIONS), WEBHOOK_ALLOWED_HOSTS: '127.0.0.0/8' };
  const server: ChildServer<'api' | 'pid'> = await startChild(
    'realtime-process.ts',
    environment(home, settings),
  );
  const sockets: WebSocket[] = [];
  try {
    const { api, pid } = server.urls;
    const client = connect(api);
    const { id: endpointId } = await client.webhook.create({ url: ENDPOINT, events: ['endpoint.test'] });
    const before = memoryOf(pid);
    sockets.push(...(await openAll(`${api.replace('http', 'ws')}/ws?topics=endpoint.test`)));
    const after = memoryOf(pid);
    const times: number[] = [];
    for (let round = 0; round < BROADCASTS; round++) {
      const told = sockets.map((socket) => new Promise((resolve) => socket.once('message', resolve)));
      const began = performance.now();
      await client.webhook.test({ endpointId });
      await Promise.all(told);
      times.push(performance.now() - began);
    }
    return [
      {
        figure: `${name}: memory with ${CONNECTIONS} connections`,
        measured: `${megabytes(after)}, ${megabytes(before)} without`,
        peer: megabytes(MAX_BYTES),
        ratio: spreadOf([after / MAX_BYTES]),
        target: 1,
      },
      {
        figure: `${name}: an event to all of them`,
        measured: `${median(times).toFixed(0)} ms`,
        peer: `${MAX_MS} ms`,
        ratio: spreadOf(times.map((time) => time / MAX_MS)),
        target: 1,
      },
    ];
  } finally {
    for (const socket of sockets) socket.terminate();
    await server.stop();
    await home.remove();
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(0)} MB`;
}

const figures: Figure[] = [];
await forEachHomeKind(async (kind) => void figures.push(...(await measure(kind))));
report('Realtime: idle WebSocket connections in one process, from request to the last one told', figures);
