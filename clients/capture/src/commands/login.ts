import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { ApiFailure, createApi } from '../api.ts';
import type { Run } from '../run.ts';
import { settingsPath, writeSettings } from '../settings.ts';

export interface LoginOptions {
  url?: string | undefined;
  key?: string | undefined;
  /** E-mail address or id of the person whom the key acts for. */
  as?: string | undefined;
  emails?: boolean | undefined;
  projects?: string[] | undefined;
  /** False sends no commits. */
  commits?: boolean | undefined;
}

/** Checks a URL and a key against the API, and saves them for this user only. Asks for what is not given. */
export async function login(run: Run, options: LoginOptions): Promise<number> {
  const url = (options.url ?? (await ask('URL of AI Manager: ', false))).trim();
  if (!/^https?:\/\/[^\s]+$/.test(url)) {
    run.note('The URL must begin with https:// or http://.');
    return 2;
  }
  const apiKey = (options.key ?? (await ask('API key: ', true))).trim();
  const actingFor = options.as ?? null;
  try {
    const { tenant, user, keyName } = await createApi({ url, apiKey, actingFor }).whoAmI();
    writeSettings(run.folder, {
      url,
      apiKey,
      actingFor,
      emails: options.emails ?? run.settings.emails,
      commits: options.commits ?? run.settings.commits,
      projects: options.projects ?? run.settings.projects,
    });
    run.print(
      `Signed in to ${tenant} as ${user?.name ?? keyName ?? 'a key'}. Saved in ${settingsPath(run.folder)}.`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    run.note(error.message);
    return 1;
  }
}

/** Reads one line; what is secret is not shown. */
async function ask(question: string, isSecret: boolean): Promise<string> {
  process.stderr.write(question);
  const output = new Writable({
    write(chunk, _, done) {
      if (!isSecret) process.stderr.write(chunk);
      done();
    },
  });
  const reader = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY === true });
  try {
    return await reader.question('');
  } finally {
    reader.close();
    if (isSecret) process.stderr.write('\n');
  }
}
