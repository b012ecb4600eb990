import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ApiFailure } from '../api.ts';
import { findFiles } from '../find.ts';
import { placesOf } from '../places.ts';
import { openQueue } from '../queue.ts';
import type { Run } from '../run.ts';
import { settingsPath } from '../settings.ts';
import { isHookInstalled } from './hook.ts';

interface Check {
  isGood: boolean | null;
  text: string;
}

const MARKS = new Map<Check['isGood'], string>([
  [true, 'ok  '],
  [false, 'FAIL'],
  [null, '-   '],
]);

/** Checks the settings, the API and the folders of all assistants. Exits with 1 when something is wrong. */
export async function doctor(run: Run): Promise<number> {
  const checks = [
    nodeVersion(),
    settingsFile(run),
    ...(await apiChecks(run)),
    ...folders(run),
    cleanup(run),
    queue(run),
  ];
  const hook = isHookInstalled(run);
  checks.push({
    isGood: hook ? true : null,
    text: `Hook of Claude Code: ${hook ? 'installed' : 'not installed'}`,
  });
  for (const { isGood, text } of checks) run.print(`${MARKS.get(isGood)} ${text}`);
  return checks.some(({ isGood }) => isGood === false) ? 1 : 0;
}

function nodeVersion(): Check {
  const isGood = Number(process.versions.node.split('.')[0]) >= 20;
  return { isGood, text: `Node.js ${process.versions.node}${isGood ? '' : ': 20 or newer is needed'}` };
}

function settingsFile({ folder, machine }: Run): Check {
  const path = settingsPath(folder);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return { isGood: false, text: `Settings: ${path} is missing. Run login.` };
  const isOpen = machine.platform !== 'win32' && (stat.mode & 0o077) !== 0;
  return { isGood: !isOpen, text: `Settings: ${path}${isOpen ? ' can be read by others' : ''}` };
}

async function apiChecks({ api, settings }: Run): Promise<Check[]> {
  try {
    const { tenant, user, keyName } = await api.whoAmI();
    const who = {
      isGood: true,
      text: `API: ${settings.url}, ${tenant}, ${user?.name ?? keyName ?? 'a key'}`,
    };
    const policies = await api.policies();
    return [who, { isGood: true, text: `Policies: ${policies.length}` }];
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return [{ isGood: false, text: `API: ${error.message}` }];
  }
}

function folders({ machine }: Run): Check[] {
  return placesOf(machine).map((place) => {
    const { tool, folder } = place;
    if (!existsSync(folder)) return { isGood: null, text: `${tool}: ${folder} does not exist` };
    try {
      accessSync(folder, constants.R_OK | constants.X_OK);
      return { isGood: true, text: `${tool}: ${findFiles([place]).length} files in ${folder}` };
    } catch {
      return { isGood: false, text: `${tool}: ${folder} may not be read` };
    }
  });
}

const DEFAULT_DAYS = 30;

/** Claude Code deletes its transcripts after some days. */
function cleanup({ machine }: Run): Check {
  const path = join(machine.env.CLAUDE_CONFIG_DIR || join(machine.home, '.claude'), 'settings.json');
  try {
    const { cleanupPeriodDays = DEFAULT_DAYS } = JSON.parse(readFileSync(path, 'utf8')) as {
      cleanupPeriodDays?: number;
    };
    return { isGood: null, text: `Claude Code deletes its transcripts after ${cleanupPeriodDays} days` };
  } catch {
    return { isGood: null, text: `Claude Code deletes its transcripts after ${DEFAULT_DAYS} days` };
  }
}

function queue({ folder }: Run): Check {
  const { waiting, refused } = openQueue(folder).counts();
  return { isGood: refused === 0, text: `Queue: ${waiting} parts wait, ${refused} were refused` };
}
