import { join } from 'node:path';
import { readJson, writePrivate } from './files.ts';

export interface Settings {
  /** Root of the API, such as `https://ai-manager.example`. */
  url: string | null;
  apiKey: string | null;
  /** E-mail address or id of the person whom the key acts for, where it is not the person's own. */
  actingFor: string | null;
  /** Also removes e-mail addresses before sending. */
  emails: boolean;
  /** Sends the commits of the repositories that assistants worked in. */
  commits: boolean;
  /** Projects whose aider and SpecStory files are read, beside those that other assistants worked in. */
  projects: string[];
}

const DEFAULTS: Settings = {
  url: null,
  apiKey: null,
  actingFor: null,
  emails: false,
  commits: true,
  projects: [],
};

export const settingsPath = (folder: string): string => join(folder, 'settings.json');

/** Settings of the file, with what the environment has instead: `AI_MANAGER_URL` and `AI_MANAGER_API_KEY`. */
export function readSettings(folder: string, env: NodeJS.ProcessEnv = process.env): Settings {
  const settings = { ...DEFAULTS, ...readJson<Partial<Settings>>(settingsPath(folder), {}) };
  return {
    ...settings,
    url: env.AI_MANAGER_URL || settings.url,
    apiKey: env.AI_MANAGER_API_KEY || settings.apiKey,
  };
}

export function writeSettings(folder: string, settings: Settings): void {
  writePrivate(settingsPath(folder), `${JSON.stringify(settings, null, 2)}\n`);
}
