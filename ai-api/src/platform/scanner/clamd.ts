import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { type Scanner, ScannerFailed, type Verdict } from './scanner.ts';

const CONNECT_MS = 5_000;
/** Silence after which clamd is given up; it works on an archive for up to two minutes (MaxScanTime). */
const SILENCE_MS = 180_000;
const CHUNK_BYTES = 64 * 1024;
const MAX_ANSWER_BYTES = 4_096;

/** `host:port`, or `unix:/path/to/socket`. */
export type ClamdAddress = { host: string; port: number } | { path: string };

/** @throws Error for what is neither `host:port` nor `unix:/path` */
export function parseClamdAddress(text: string): ClamdAddress {
  if (text.startsWith('unix:/')) return { path: text.slice('unix:'.length) };
  const [, host = '', port = ''] = /^\[?([^\s[\]/]+)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (host === '' || Number(port) < 1 || Number(port) > 65_535)
    throw new Error('must be host:port, or unix:/path/to/socket');
  return { host, port: Number(port) };
}

/**
 * clamd by its INSTREAM command: the bytes travel, so that it needs no access to our storage.
 * @see https://docs.clamav.net/manual/Usage/Scanning.html#clamd
 */
export function createClamd(address: ClamdAddress): Scanner {
  return {
    driver: 'clamd',
    scan: async (body, signal) =>
      verdictOf(await converse(address, signal, (socket) => sendStream(socket, body))),
    version: async () => {
      const answer = await converse(address, AbortSignal.timeout(CONNECT_MS), async (socket) => {
        socket.write('zVERSION\0');
      });
      return answer.slice(0, 100);
    },
  };
}

/** Opens a connection, sends, and collects the answer, which may come before everything is sent. */
async function converse(
  address: ClamdAddress,
  signal: AbortSignal,
  send: (socket: Socket) => Promise<void>,
): Promise<string> {
  const socket = connect(address);
  const abort = () => socket.destroy(new Error('it took too long'));
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    await opened(socket);
    const answer = answerOf(socket);
    answer.catch(() => {});
    // A refusal closes the connection under what is still being sent: the answer says why.
    const sent = send(socket).catch((error: unknown) => error);
    const [text, failure] = await Promise.all([answer, Promise.race([sent, answer.then(() => undefined)])]);
    if (failure instanceof SourceFailed) throw failure.cause;
    return text;
  } catch (error) {
    if (error instanceof ScannerFailed) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw new ScannerFailed(`The virus scanner does not answer: ${said}.`, { cause: error });
  } finally {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}

function opened(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('no connection in time')));
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.setTimeout(SILENCE_MS);
      resolve();
    });
  });
}

function answerOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\0') || text.length > MAX_ANSWER_BYTES) resolve(text.replace(/\0[\s\S]*$/, ''));
    });
    socket.once('error', (error) => (text === '' ? reject(error) : resolve(text)));
    socket.once('close', () => (text === '' ? reject(new Error('it closed the connection')) : resolve(text)));
  });
}

/** The file could not be read: that is no fault of the scanner. */
class SourceFailed extends Error {}

async function sendStream(socket: Socket, body: Readable): Promise<void> {
  await write(socket, Buffer.from('zINSTREAM\0'));
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; at += CHUNK_BYTES) {
        if (socket.destroyed || socket.readableEnded) return;
        const piece = chunk.subarray(at, at + CHUNK_BYTES);
        const length = Buffer.alloc(4);
        length.writeUInt32BE(piece.length);
        await write(socket, Buffer.concat([length, piece]));
      }
    }
  } catch (error) {
    if (socket.destroyed) return;
    socket.destroy();
    throw new SourceFailed('The file cannot be read', { cause: error });
  }
  await write(socket, Buffer.alloc(4));
}

/** Waits while the connection is full; ends when it closes. */
function write(socket: Socket, bytes: Buffer): Promise<void> {
  if (socket.destroyed || socket.write(bytes)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.once('drain', done);
    socket.once('close', done);
  });
}

function verdictOf(answer: string): Verdict {
  const text = answer.trim();
  if (/^stream: OK$/.test(text)) return { isInfected: false };
  const [, signature] = /^stream: (.+) FOUND$/.exec(text) ?? [];
  if (signature) return { isInfected: true, signature };
  const isTooLarge = /size limit exceeded/i.test(text);
  throw new ScannerFailed(
    isTooLarge
      ? 'The file is larger than the virus scanner accepts (StreamMaxLength).'
      : `The virus scanner answered: ${text.slice(0, 200)}`,
    { isTemporary: !isTooLarge },
  );
}
