import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Another live process owns the data directory. */
export class DataDirectoryInUse extends Error {
  constructor(directory: string, pid: number) {
    super(`${directory} is in use by process ${pid}. Stop it first, or set DATA_DIR to another directory.`);
    this.name = 'DataDirectoryInUse';
  }
}

interface Owner {
  pid: number;
  /** Start time of the process where the system provides it, so that a reused pid is not mistaken for the owner. */
  startedAt: string | null;
}

/**
 * Takes the data directory for this process: two processes on one embedded database lose data silently.
 * The lock of a killed process is taken over.
 * @returns a function that releases the lock
 * @throws {DataDirectoryInUse}
 */
export async function lockDataDirectory(directory: string): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, 'lock.json');
  const me: Owner = { pid: process.pid, startedAt: await startTimeOf(process.pid) };
  for (let attempt = 0; attempt < 5; attempt++) {
    if (await create(file, me)) return () => rm(file, { force: true });
    const owner = await readOwner(file);
    if (owner && (await isAlive(owner))) throw new DataDirectoryInUse(directory, owner.pid);
    await setAside(file);
  }
  throw new Error(`Could not lock ${directory}: other processes keep taking it.`);
}

async function create(file: string, owner: Owner): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(JSON.stringify(owner));
    await handle.sync();
    await handle.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readOwner(file: string): Promise<Owner | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Owner;
  } catch {
    return null;
  }
}

/** Renaming is atomic, so of several processes that find a stale lock one removes it. */
async function setAside(file: string): Promise<void> {
  const aside = `${file}.stale-${process.pid}`;
  await rename(file, aside).catch(() => {});
  await rm(aside, { force: true });
}

async function isAlive(owner: Owner): Promise<boolean> {
  if (owner.pid === process.pid) return owner.startedAt === (await startTimeOf(process.pid));
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const startedAt = await startTimeOf(owner.pid);
  return startedAt === null || owner.startedAt === null || startedAt === owner.startedAt;
}

/** Field 22 of /proc/<pid>/stat (proc_pid_stat(5)), in clock ticks since boot; null off Linux. */
async function startTimeOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
