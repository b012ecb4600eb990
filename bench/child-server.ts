import { fork } from 'node:child_process';
import { once } from 'node:events';
import { atExit } from './at-exit.ts';

/** Servers in a process of their own, by name. */
export interface ChildServer<Name extends string> {
  urls: Record<Name, string>;
  stop(): Promise<void>;
  /** Ends it as kill -9 does. */
  kill(): Promise<void>;
}

const STOP_MS = 20_000;

/**
 * Starts a module that calls {@link serveParent} in a process of its own, so that the load and the served do
 * not share a thread. Its standard output, where the log goes, is discarded.
 * @throws when it ends before it serves; its standard error is the benchmark's
 */
export async function startChild<Name extends string>(
  module: string,
  env: Record<string, string>,
): Promise<ChildServer<Name>> {
  const child = fork(new URL(module, import.meta.url), {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const forget = atExit(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit').finally(forget);
  const urls = await new Promise<Record<Name, string>>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Record<Name, string>));
    child.once('exit', (code) => reject(new Error(`${module} ended with ${code} before it served`)));
  });
  return {
    urls,
    stop: async () => {
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      if (child.connected) child.disconnect();
      await exited;
      clearTimeout(force);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Starts servers and reports their addresses to the parent; stops them when the parent lets go or dies. */
export async function serveParent(start: () => Promise<Omit<ChildServer<string>, 'kill'>>): Promise<void> {
  const { urls, stop } = await start();
  process.once('disconnect', () => void stop());
  process.send?.(urls);
}
