import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { sampleCompany, startApi, type TestApi } from '../../ai-api/test/api.ts';
import { createTestDatabase } from '../../ai-api/test/databases.ts';
import { freePort } from '../../ai-api/test/ports.ts';
import { startTwilioRecorder, type TwilioRecorder } from '../../ai-api/test/twilio-recorder.ts';
import { builtMarketplace } from '../../tooljet-plugins/test/built.ts';
import { apps } from '../src/apps/index.ts';
import { exportApp } from '../src/build/export.ts';
import { type PreviewPerson, startPreview } from '../src/preview/server.ts';
import { pushPeople } from '../src/push/people.ts';
import { signIn } from '../src/push/tooljet.ts';
import { named, openApp, openBrowser } from './browser.ts';
import { startFakeToolJet } from './tooljet-recorder.ts';

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };
const PASSWORD = 'a password of the tests';

export type AppName =
  | 'executive'
  | 'builder'
  | 'reviewer'
  | 'operations'
  | 'council'
  | 'context'
  | 'licences';

/** One API with the sample company, one preview in which each role is a person, and one browser. */
export interface PreviewFixture {
  api: TestApi;
  twilio: TwilioRecorder;
  url: string;
  /** Opens an app, on its first page or the named one. */
  open(app: AppName, page?: string, size?: typeof DESKTOP): Promise<Page>;
  stop(): Promise<void>;
}

export async function startFixture(): Promise<PreviewFixture> {
  const folder = await builtMarketplace();
  const testDatabase = await createTestDatabase();
  const twilio = await startTwilioRecorder();
  const port = await freePort();
  const api = await startApi(testDatabase, { ...twilio.env, DASHBOARDS_URL: `http://127.0.0.1:${port}` });
  await api.client.tenant.update({ answerWindowHours: 0 });
  await api.client.people.import(sampleCompany());
  const { key, people } = await linkMembers(api);
  const preview = await startPreview({
    port,
    marketplace: folder,
    apps: apps.map(exportApp),
    userId: 'u-1',
    people,
    sources: { 'ai-manager': { base_url: api.url, api_key: key, act_as: true } },
  });
  const browser = await openBrowser();
  return {
    api,
    twilio,
    url: preview.url,
    open: (app, page, size = DESKTOP) =>
      openApp(browser, `${preview.url}/ai-manager-${app}${page ? `#${page}` : ''}`, size),
    stop: async () => {
      await browser.close();
      await preview.stop();
      await api.stop();
      await twilio.close();
      await testDatabase.remove();
    },
  };
}

/** Makes a user for each role, and lets push link them with members of a ToolJet. */
async function linkMembers({ client, url }: TestApi) {
  const [first] = (await client.builder.list({ limit: 1 })).items;
  const members = [
    { slug: 'ai-manager-builder', name: 'A Builder', email: first?.email ?? '', roles: ['builder'] },
    { slug: 'ai-manager-executive', name: 'A Chief', email: 'chief@example.com', roles: ['executive'] },
    { slug: 'ai-manager-reviewer', name: 'A Reviewer', email: 'reviewer@example.com', roles: ['reviewer'] },
    { slug: 'ai-manager-operations', name: 'An Operator', email: 'ops@example.com', roles: ['ops', 'admin'] },
    { slug: 'ai-manager-council', name: 'A Delegate', email: 'delegate@example.com', roles: ['council'] },
  ] as const;
  const toolJet = await startFakeToolJet('3.x');
  for (const [index, { name, email, roles }] of members.entries()) {
    await client.user.create({ email, name, roles: [...roles], password: PASSWORD });
    toolJet.users.push({ user_id: idOf(index), email: email.toUpperCase(), status: 'active' });
  }
  toolJet.users.push({ user_id: 'u-3', email: 'guest@example.com', status: 'invited' });
  const { key } = await client.apiKey.create({
    name: 'ToolJet',
    roles: ['admin'],
    scopes: ['*', 'act-as', 'decide'],
  });
  const account = { url: toolJet.url, email: 'root@example.com', password: 'a long password' };
  const said = await pushPeople(await signIn(account), {
    options: { base_url: url, act_as: true },
    secrets: { api_key: key },
  });
  await toolJet.stop();
  expect(said).toEqual([
    ...members.map(({ email }) => `${email.toUpperCase()} is linked`),
    'guest@example.com has not joined ToolJet yet and is not linked',
  ]);
  const people: Record<string, PreviewPerson> = Object.fromEntries(
    members.map(({ slug, name }, index) => [slug, { userId: idOf(index), name }]),
  );
  const { 'ai-manager-builder': developer, 'ai-manager-operations': operator } = people;
  if (developer && operator)
    Object.assign(people, { 'ai-manager-context': developer, 'ai-manager-licences': operator });
  return { key, people };
}

const idOf = (index: number) => `7d3f4c1a-52f1-4ef2-8f39-1f6f5d4f0b0${index + 1}`;

/** Opens an entry of the menu, and by its links another page of that entry. */
export async function openPage(page: Page, entry: string, link?: string): Promise<void> {
  await page.locator('nav').getByRole('button', { name: entry, exact: true }).click();
  await settled(page);
  if (!link) return;
  await page.locator('.widget.Button').getByRole('button', { name: link, exact: true }).click();
  await settled(page);
}

/** Writes into a text field, or chooses from a list. */
export async function fill(page: Page, name: string, value: string): Promise<void> {
  const field = named(page, name);
  const list = field.locator('select');
  if ((await list.count()) > 0) await list.selectOption(value);
  else await field.locator('input:not([type=file]), textarea').fill(value);
  await settled(page);
}

/** Chooses a file in a picker, and waits until the page has read it. */
export async function pick(
  page: Page,
  name: string,
  file: { name: string; mimeType: string; buffer: Buffer },
): Promise<void> {
  await named(page, name).locator('input[type=file]').setInputFiles(file);
  await named(page, name).locator('.picked', { hasText: file.name }).waitFor();
}

/** Presses a button, waits for its queries, and answers what the page says. */
export async function press(page: Page, name: string): Promise<string> {
  await page.locator('.toast').evaluateAll((toasts) => {
    for (const toast of toasts) toast.remove();
  });
  await named(page, name).getByRole('button').click();
  await settled(page);
  return (await page.locator('.toast').allTextContents()).join(' ');
}

export const text = async (page: Page, name: string) => (await named(page, name).textContent()) ?? '';

export const tab = (page: Page, name: string) =>
  page.locator('.tab-bar').getByRole('button', { name, exact: true }).click();

/** Chooses the row of a table that has a text, or its first one. */
export async function row(page: Page, table: string, hasText?: string): Promise<void> {
  const rows = named(page, table).locator('tbody tr', hasText ? { hasText } : {});
  await rows.first().click();
  await settled(page);
}

/** Waits until no query runs, those that one starts after another included. */
async function settled(page: Page): Promise<void> {
  const isIdle = () => Object.values(window.preview.scope.queries).every(({ isLoading }) => !isLoading);
  await page.waitForFunction(isIdle);
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  await page.waitForFunction(isIdle);
}
