import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Reads a JSON file; `fallback` when it is missing or damaged. */
export function readJson<Value>(path: string, fallback: Value): Value {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Value;
  } catch {
    return fallback;
  }
}

/** Writes a file that only this user may read, whole or not at all. */
export function writePrivate(path: string, content: string): void {
  writeWhole(path, content, 0o600);
}

/** Replaces the content of a file of another program: its permissions stay, and so does a link to it. */
export function replaceContent(path: string, content: string): void {
  const target = existsSync(path) ? realpathSync(path) : path;
  writeWhole(target, content, (statSync(target, { throwIfNoEntry: false })?.mode ?? 0o600) & 0o777);
}

function writeWhole(path: string, content: string, mode: number): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content, { mode });
  chmodSync(temporary, mode);
  renameSync(temporary, path);
}
