import { createServer } from 'node:net';

/**
 * Checks that a TCP port can be listened on and returns it; port 0 picks a free one.
 * @throws Error that names the port and what wanted it.
 */
export async function claimPort(port: number, host: string, purpose: string): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'is already in use' : `cannot be used (${error.message})`;
      reject(new Error(`Port ${port} on ${host} for ${purpose} ${reason}.`));
    });
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const claimed = typeof address === 'object' && address ? address.port : port;
      server.close(() => resolve(claimed));
    });
  });
}
