import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { runToEnd } from './run-to-end.ts';

const POLL_MS = 200;
const STOP_TIMEOUT_MS = 20_000;
const PS_TIMEOUT_MS = 5_000;

const recordSchema = z.object({ pid: z.int().positive(), parentPid: z.int(), token: z.string().min(16) });

/** The n8n that was started on a user folder; `token` is a random word in its command line. */
export type PidRecord = z.infer<typeof recordSchema>;

export function writePidFile(path: string, record: PidRecord): void {
  writeFileSync(path, JSON.stringify(record), { mode: 0o600 });
}

export function removePidFile(path: string): void {
  rmSync(path, { force: true });
}

/**
 * Clears the way for a new n8n: stops one that outlived its parent. A recorded process id that now belongs
 * to another program is left alone.
 * @throws Error when that n8n is still looked after by the process that started it.
 */
export async function stopOrphan(path: string, onProgress: (line: string) => void): Promise<void> {
  const record = readPidFile(path);
  const process = record && (await findProcess(record));
  if (record && process) {
    if (process.parentPid === record.parentPid) {
      throw new Error(
        `n8n already runs on this folder (process ${record.pid}, started by process ${record.parentPid}). Stop it first.`,
      );
    }
    onProgress(`n8n: stopping process ${record.pid}, left over from an earlier run`);
    await terminateGroup(record.pid, STOP_TIMEOUT_MS, async () => (await findProcess(record)) === undefined);
  }
  removePidFile(path);
}

/**
 * Ends a process group: SIGTERM, and SIGKILL when `isGone` is still false after `timeoutMs`.
 * Resolves when the leader is gone; what it left in its group is killed too.
 */
export async function terminateGroup(
  pid: number,
  timeoutMs: number,
  isGone: () => Promise<boolean>,
): Promise<void> {
  signalProcess(pid, 'SIGTERM');
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline && !(await isGone())) await delay(POLL_MS);
  signalProcess(-pid, 'SIGKILL');
  while (!(await isGone())) await delay(POLL_MS);
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function readPidFile(path: string): PidRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** The recorded process with its present parent, if it lives and carries the recorded token. */
async function findProcess(record: PidRecord): Promise<{ parentPid: number } | undefined> {
  const found = readProc(record.pid) ?? (await readPs(record.pid));
  return found?.commandLine.includes(record.token) ? { parentPid: found.parentPid } : undefined;
}

function readProc(pid: number): { parentPid: number; commandLine: string } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    if (/^State:\s+Z/m.test(status)) return undefined;
    const parentPid = Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
    return { parentPid, commandLine: readFileSync(`/proc/${pid}/cmdline`, 'utf8') };
  } catch {
    return undefined;
  }
}

async function readPs(pid: number): Promise<{ parentPid: number; commandLine: string } | undefined> {
  const { code, output } = await runToEnd(
    'ps',
    ['-ww', '-o', 'ppid=,command=', '-p', String(pid)],
    PS_TIMEOUT_MS,
  );
  if (code !== 0) return undefined;
  return { parentPid: Number.parseInt(output, 10), commandLine: output };
}
