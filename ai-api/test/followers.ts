import { vi } from 'vitest';
import { WebSocket } from 'ws';

export interface Message {
  type: string;
  id?: string;
  event?: string;
  data?: Record<string, unknown>;
  [name: string]: unknown;
}

export interface Connection {
  messages: Message[];
  /** The events among the messages. */
  events(): Message[];
  send(message: unknown): void;
  /** Waits until a message of this type came. */
  next(type: string): Promise<Message>;
  closed: Promise<{ code: number; reason: string }>;
  socket: WebSocket;
  close(): Promise<void>;
}

/** The query of a connection. */
export function query(fields: Record<string, string | undefined>): string {
  const given = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(given).toString();
}

/** Connects a WebSocket. @throws an error with `status` when the server answers something else */
export async function connect(
  url: string,
  fields: Record<string, string | undefined>,
  key?: string,
  more: Record<string, string> = {},
  path = '/ws',
): Promise<Connection> {
  const headers = { ...(key ? { authorization: `Bearer ${key}` } : {}), ...more };
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${path}?${query(fields)}`, { headers });
  const messages: Message[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(data.toString()) as Message));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('unexpected-response', (_request, response) => {
      reject(Object.assign(new Error(`answered ${response.statusCode}`), { status: response.statusCode }));
      response.destroy();
    });
    socket.once('error', reject);
  });
  return {
    messages,
    socket,
    closed,
    events: () => messages.filter(({ type }) => type === 'event'),
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: (type) =>
      vi.waitFor(
        () => {
          const found = messages.find((message) => message.type === type);
          if (!found) throw new Error(`no ${type} among ${messages.map((message) => message.type)}`);
          return found;
        },
        { timeout: 20_000, interval: 20 },
      ),
    close: async () => {
      socket.terminate();
      await closed;
    },
  };
}

export interface SentEvent {
  event: string;
  id?: string;
  data: Record<string, unknown>;
}

export interface EventStream {
  status: number;
  events: SentEvent[];
  ended: Promise<void>;
  close(): void;
}

/** Reads server-sent events. */
export async function readStream(
  url: string,
  fields: Record<string, string | undefined>,
  headers: Record<string, string>,
): Promise<EventStream> {
  const stop = new AbortController();
  const response = await fetch(`${url}/events/stream?${query(fields)}`, { headers, signal: stop.signal });
  const events: SentEvent[] = [];
  const read = async () => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const frames = text.split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
        const [event, id, data] = [field('event'), field('id'), field('data')];
        if (event && data) events.push({ event, ...(id ? { id } : {}), data: JSON.parse(data) });
      }
    }
  };
  const ended = response.status === 200 ? read().catch(() => {}) : Promise.resolve();
  return { status: response.status, events, ended, close: () => stop.abort() };
}
