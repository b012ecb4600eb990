import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where Debian and most builds keep the server's programs; null where there are none of version 15 or later. */
export function findPrograms(): string | null {
  try {
    const versions = readdirSync('/usr/lib/postgresql')
      .map(Number)
      .filter((version) => version >= 15);
    return versions.length > 0 ? `/usr/lib/postgresql/${Math.max(...versions)}/bin` : null;
  } catch {
    return null;
  }
}

/** The server refuses to run as root, so root runs it as the `postgres` user of the package. */
export function serverUser(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
}

/**
 * Makes a cluster in `data` below the directory and starts its server on loopback, where everyone is `postgres`
 * without a password.
 * @param options.initdb further arguments of `initdb`
 * @param options.settings of the server, by name
 */
export function startServer(
  programs: string,
  directory: string,
  port: number,
  { initdb = [], settings = {} }: { initdb?: string[]; settings?: Record<string, string> } = {},
): ChildProcess {
  const data = join(directory, 'data');
  const user = serverUser();
  if (user.uid !== undefined && user.gid !== undefined) chownSync(directory, user.uid, user.gid);
  const cluster = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', ...initdb];
  execFileSync(join(programs, 'initdb'), cluster, { stdio: 'ignore', ...user });
  const address = ['-D', data, '-p', String(port), '-h', '127.0.0.1'];
  const all = { unix_socket_directories: directory, ...settings };
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return spawn(join(programs, 'postgres'), [...address, ...options], { stdio: 'ignore', ...user });
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}
