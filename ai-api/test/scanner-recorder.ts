import { createServer, type Server, type Socket } from 'node:net';

export type ScannerRecorder = Awaited<ReturnType<typeof startScannerRecorder>>;

/** Answers of clamd. */
export const CLEAN = 'stream: OK\0';
export const INFECTED = 'stream: Test.Virus FOUND\0';
export const TOO_LARGE = 'INSTREAM size limit exceeded. ERROR\0';

/** A virus scanner whose answer the test sets; null keeps files waiting. */
export async function startScannerRecorder(port: number) {
  const sockets = new Set<Socket>();
  let answer: string | null = CLEAN;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      if (chunk.toString('latin1').startsWith('zVERSION')) socket.end('ClamAV recorder\0');
      else if (answer !== null && chunk.subarray(-4).equals(Buffer.alloc(4))) socket.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${port}`,
    say: (next: string | null) => {
      answer = next;
      if (next === null) return;
      for (const socket of sockets) socket.destroy();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
