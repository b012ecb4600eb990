import { expect, vi } from 'vitest';
import { type Client, createClient } from '../src/catalogue/client.ts';
import { resources } from '../src/catalogue/index.ts';
import type { DevInbox } from '../src/platform/mail/dev-inbox.ts';
import type { TestApi } from './api.ts';

/** The password of people whom {@link openCompany} signs up. */
export const FOUNDERS_PASSWORD = 'a password of the founders';

/** A client of a person who signs in by password, in the company that is meant where none is named. */
export async function signInTo(
  api: Pick<TestApi, 'url'>,
  attempt: { email: string; password: string; tenant?: string },
): Promise<Client> {
  const anyone = createClient(resources, { baseUrl: api.url, apiKey: '' });
  const { tokens } = await anyone.account.login(attempt);
  return createClient(resources, { baseUrl: api.url, apiKey: tokens?.accessToken ?? '' });
}

/** The secret in the newest of `count` e-mails to an address, when they have arrived. */
export async function mailedToken(inbox: DevInbox, to: string, count = 1): Promise<string> {
  const mails = () => inbox.messages({ to });
  await vi.waitFor(() => expect(mails()).toHaveLength(count), { timeout: 30_000, interval: 50 });
  const response = await fetch(`${inbox.url}/api/messages/${mails()[0]?.id}`);
  const { text } = (await response.json()) as { text: string };
  return /token=([\w.-]+)/.exec(text)?.[1] ?? '';
}

/** Has the link sent that opens a company. @returns what is in it */
export async function openingLink(api: TestApi, inbox: DevInbox, email: string): Promise<string> {
  const anyone = createClient(resources, { baseUrl: api.url, apiKey: '' });
  await anyone.account.register({ email, name: email });
  return mailedToken(inbox, email);
}

/** Opens a company by its link. @returns the status of the page */
export async function openByLink(api: TestApi, token: string, company: string): Promise<number> {
  const form = { token, company, password: FOUNDERS_PASSWORD, repeated: FOUNDERS_PASSWORD };
  const response = await fetch(`${api.url}/sign-up/open`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  await response.body?.cancel();
  return response.status;
}

/** A person signs up and opens a company, as by the pages. @returns a client of theirs */
export async function openCompany(
  api: TestApi,
  inbox: DevInbox,
  { email, company }: { email: string; company: string },
): Promise<Client> {
  expect(await openByLink(api, await openingLink(api, inbox, email), company)).toBe(200);
  return signInTo(api, { email, password: FOUNDERS_PASSWORD, tenant: company });
}
