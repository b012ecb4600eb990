import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../ai-api/test/api.ts';
import { createTestDatabase, type TestDatabase } from '../../ai-api/test/databases.ts';
import { type OidcServer, startOidc } from '../../ai-api/test/oidc.ts';
import { freePort } from '../../ai-api/test/ports.ts';
import { hasBrowser, openBrowser } from './browser.ts';

describe.skipIf(!hasBrowser)('the page /sign-up in a browser', () => {
  let testDatabase: TestDatabase;
  let oidc: OidcServer;
  let api: TestApi;
  let browser: Browser;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    const port = await freePort();
    const publicUrl = `http://127.0.0.1:${port}`;
    oidc = await startOidc([`${publicUrl}/auth/anywhere/callback`]);
    const { issuer, clientId, clientSecret } = oidc;
    api = await startApi(testDatabase, {
      PORT: String(port),
      PUBLIC_URL: publicUrl,
      SIGN_UP: 'on',
      SIGN_IN_PROVIDERS: JSON.stringify([
        { id: 'anywhere', kind: 'oidc', label: 'Anywhere', issuer, clientId, clientSecret },
      ]),
    });
    browser = await openBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await api?.stop();
    await oidc?.stop();
    await testDatabase?.remove();
  });

  test('opens a company for an account of a provider, whose sign-in redirects to another origin and back', async () => {
    oidc.person = { sub: 'dora', email: 'dora@nowhere.example', email_verified: true, name: 'Dora' };
    const page = await browser.newPage();
    const refused: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) refused.push(message.text());
    });
    await page.goto(`${api.url}/sign-up`);
    await page.getByLabel('Name of the company').fill('Doras & "sons"');
    await page.getByRole('button', { name: 'Open it with Anywhere' }).click();
    await page.getByRole('link', { name: 'Go on to Anywhere' }).click();
    await page.waitForURL((url) => url.origin === api.url && !url.pathname.startsWith('/auth'));
    const who = await page.evaluate(async () => (await fetch('/whoami')).json());
    expect(who).toMatchObject({ tenant: 'Doras & "sons"', roles: ['admin'] });
    expect(refused).toEqual([]);
    await page.close();
  }, 60_000);
});
