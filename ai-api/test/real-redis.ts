import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { freePort } from './ports.ts';
import { startUpstashBridge, type UpstashBridge } from './upstash-bridge.ts';

/** Whether Redis' server program is on this machine; says so once where it is not. */
export const hasRedis = findRedis();

function findRedis(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.log('No redis-server on this machine: the Upstash drivers are not tested.');
    return false;
  }
}

/** A throw-away Redis in memory behind Upstash's REST API. */
export async function startUpstash(): Promise<UpstashBridge> {
  const port = await freePort();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', settings, { stdio: 'ignore' });
  const probe = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 50, maxRetriesPerRequest: null });
  probe.on('error', () => {});
  await probe.ping();
  probe.disconnect();
  const bridge = await startUpstashBridge(port);
  const closeBridge = bridge.stop;
  bridge.stop = async () => {
    await closeBridge();
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  };
  return bridge;
}
