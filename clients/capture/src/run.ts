import { homedir } from 'node:os';
import { type Api, createApi } from './api.ts';
import { type Machine, ownFolder } from './places.ts';
import { readSettings, type Settings } from './settings.ts';

/** What every command works with. */
export interface Run {
  machine: Machine;
  /** Own folder: settings, state, queue. */
  folder: string;
  settings: Settings;
  api: Api;
  /** Writes a line that the user asked for. */
  print(line: string): void;
  /** Writes a line about what is going on. */
  note(line: string): void;
}

export function createRun(): Run {
  const machine: Machine = { platform: process.platform, home: homedir(), env: process.env };
  const folder = ownFolder(machine);
  const settings = readSettings(folder);
  return {
    machine,
    folder,
    settings,
    api: createApi(settings),
    print: (line) => void process.stdout.write(`${line}\n`),
    note: (line) => void process.stderr.write(`${line}\n`),
  };
}
