import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceContent } from '../files.ts';
import type { Run } from '../run.ts';

/** Events of Claude Code after which its transcript is sent: the end is lost when the process is killed. */
const EVENTS = ['SessionEnd', 'Stop'] as const;
const MARK = 'hook run claude-code';
const MAX_PAYLOAD = 1024 * 1024;

interface HookSettings {
  hooks?: Record<
    string,
    { matcher?: string; hooks?: { type: string; command: string; timeout?: number }[] }[]
  >;
}

/** Adds the hooks to the settings of Claude Code. Repeating it changes nothing else in them. */
export function installHook(run: Run, script: string): number {
  const path = claudeSettingsPath(run);
  const settings = readSettingsOf(run, path);
  if (settings === null) return 1;
  const own = join(run.folder, 'hook');
  const copy = join(own, 'capture.mjs');
  mkdirSync(own, { recursive: true, mode: 0o700 });
  // A copy, since npx clears away what it has downloaded.
  if (script !== copy) copyFileSync(script, copy);
  const command = `"${process.execPath}" "${copy}" ${MARK}`;
  const cleaned = withoutOurs(settings);
  const hooks = { ...cleaned.hooks };
  for (const event of EVENTS)
    hooks[event] = [...(hooks[event] ?? []), { hooks: [{ type: 'command', command, timeout: 10 }] }];
  save(path, { ...cleaned, hooks });
  run.print(`Claude Code now sends its conversations when it stops. Changed: ${path}`);
  return 0;
}

/** Takes the hooks out of the settings of Claude Code. */
export function removeHook(run: Run): number {
  const path = claudeSettingsPath(run);
  const settings = readSettingsOf(run, path);
  if (settings === null) return 1;
  save(path, withoutOurs(settings));
  run.print(`The hooks were removed from ${path}.`);
  return 0;
}

/** Whether Claude Code has the hooks. */
export function isHookInstalled(run: Run): boolean {
  const path = claudeSettingsPath(run);
  return existsSync(path) && readFileSync(path, 'utf8').includes(MARK);
}

/**
 * Is run by Claude Code with a payload on standard input. Starts a push in a process of its own and returns at once:
 * the assistant never waits, and never sees a failure.
 */
export async function runHook(run: Run, script: string): Promise<number> {
  const transcript = transcriptIn(await payload());
  if (transcript === null) return 0;
  const child = spawn(process.execPath, [script, 'push', '--quiet', '--file', transcript], {
    detached: true,
    stdio: 'ignore',
    windowsHide: true,
    cwd: run.machine.home,
  });
  child.on('error', () => {});
  child.unref();
  return 0;
}

async function payload(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.length > MAX_PAYLOAD) break;
  }
  return text;
}

function transcriptIn(text: string): string | null {
  try {
    const { transcript_path: path } = JSON.parse(text) as { transcript_path?: unknown };
    return typeof path === 'string' && path.endsWith('.jsonl') ? path : null;
  } catch {
    return null;
  }
}

function claudeSettingsPath({ machine }: Run): string {
  return join(machine.env.CLAUDE_CONFIG_DIR || join(machine.home, '.claude'), 'settings.json');
}

/** Settings that cannot be read are left alone. */
function readSettingsOf(run: Run, path: string): HookSettings | null {
  if (!existsSync(path)) return {};
  try {
    const settings: unknown = JSON.parse(readFileSync(path, 'utf8').replace(/^\ufeff/, ''));
    if (typeof settings === 'object' && settings !== null && !Array.isArray(settings)) return settings;
  } catch {
    // Falls through to the message.
  }
  run.note(`${path} is not valid JSON. It was left as it is.`);
  return null;
}

function withoutOurs(settings: HookSettings): HookSettings {
  const hooks = Object.entries(settings.hooks ?? {}).map(([event, matchers]): [string, typeof matchers] => [
    event,
    matchers
      .map((matcher) => ({
        ...matcher,
        hooks: (matcher.hooks ?? []).filter(({ command }) => !command?.includes(MARK)),
      }))
      .filter(({ hooks: left }, index) => left.length > 0 || (matchers[index]?.hooks ?? []).length === 0),
  ]);
  const left = hooks.filter(([, matchers]) => matchers.length > 0);
  const { hooks: _, ...rest } = settings;
  return left.length > 0 ? { ...rest, hooks: Object.fromEntries(left) } : rest;
}

function save(path: string, settings: HookSettings): void {
  replaceContent(path, `${JSON.stringify(settings, null, 2)}\n`);
}
