import { createHash } from 'node:crypto';
import { z } from 'zod';
import { email, newCompany } from '../../../contract/accounts.ts';
import type { Exchange } from '../../../http/caller.ts';
import { Problem } from '../../../http/problem.ts';
import { requireSameOrigin } from '../../../http/same-origin.ts';
import { DataElsewhere, type TenantTransaction } from '../../../platform/database/index.ts';
import { instant } from '../../../platform/text/instant.ts';
import type { InvitationParts } from './service.ts';

const JOB = 'account.request';
const LINK_JOB = 'account.link';
const PLACE = 'sign-up request';
const LINK_PLACE = 'sign-up link';
/** For how long the link that opens a company works. */
const LINK_MS = 24 * 3_600_000;
/** One address gets one such link in ten minutes, and three in a day. */
const LINKS: readonly [limit: number, seconds: number][] = [
  [1, 600],
  [3, 86_400],
];

/** Addresses of one company's domains that may sign up in a quarter of an hour. */
const JOINING = 100;
const JOINING_SECONDS = 900;

const MESSAGE = 'If this e-mail address can be used here, an e-mail with a link is on its way to it.';

const asked = z.object({
  kind: z.enum(['register', 'forgotten']),
  email: z.string(),
  name: z.string(),
  company: z.string().optional(),
});
type Asked = z.output<typeof asked>;

const link = z.object({ email, name: z.string(), company: newCompany.optional(), until: z.number() });

/** Who opens a company, as the link says that was sent to their address. */
export type SignUpLink = z.output<typeof link>;

type Person = { exchange: Exchange };

/**
 * Signing up and forgotten passwords. What a person enters is sealed and handed to a job, whatever the address is: neither
 * the response nor the time it takes says whether the address is known, and the queue holds no address that can be read.
 * Until the address is confirmed nothing of the person is stored: the link itself, sealed, is what remembers them.
 * @param mail the job that sends the link of an account
 */
export function createSignUp(parts: InvitationParts, mail: string) {
  const { database, jobs, identity, notifications, mailer, mailFrom, publicUrl } = parts;
  const { sealer, limits, limiter, log, now } = parts;
  const { joining, companies } = identity;

  const define = (name: string, work: (person: Asked) => Promise<void>) =>
    jobs.define<{ sealed: string }>({
      name,
      priority: 'high',
      concurrency: 2,
      retryLimit: 6,
      retryDelay: 5,
      retryDelayMax: 600,
      expireInSeconds: 240,
      handle: async ({ sealed }) => work(asked.parse(JSON.parse(sealer.open(sealed, PLACE)))),
      onDead: async (_job, reason) => log.warn({ job: name, reason }, 'a person who signs up got no e-mail'),
    });
  define(JOB, carryOut);
  define(LINK_JOB, sendLink);

  const enqueue = (name: string, person: Asked) => {
    const sealed = sealer.seal(JSON.stringify(person), PLACE);
    return atHome((transaction) => jobs.enqueue(transaction, name, [{ sealed }]));
  };

  /** Runs `work` in the installation's own company. */
  async function atHome(work: (transaction: TenantTransaction) => Promise<void>): Promise<void> {
    const tenant = await identity.findTenantByName(parts.tenant);
    if (tenant) await database.withTenant(tenant.id, work, { anyRegion: true });
  }

  async function accept({ exchange }: Person, given: Asked): Promise<{ message: string }> {
    identity.requireSignIn();
    requireSameOrigin(exchange, publicUrl);
    await limiter.signIn(
      { ip: exchange.address } as { ip: string },
      `${given.kind} ${digestOf(given.email)}`,
    );
    await enqueue(JOB, given);
    return { message: MESSAGE };
  }

  async function carryOut(person: Asked): Promise<void> {
    const tenantId = person.kind === 'register' ? await joining.companyOf(person.email) : null;
    if (tenantId !== null) return (await mayJoin(tenantId)) ? join(tenantId, person) : undefined;
    // Accounts that other companies gave this address keep no one from a company of their own.
    const opens =
      person.kind === 'register' && companies.isOpen && !(await companies.hasOpened(person.email));
    if (opens) return requestLink(person);
    for (const account of await joining.accountsOf(person.email)) await reset(account);
  }

  /** Anyone can invent addresses of a domain, and each becomes a user who has not followed a link yet. */
  async function mayJoin(tenantId: string): Promise<boolean> {
    const { allowed } = await limits.take(`join:${tenantId}`, JOINING, JOINING_SECONDS);
    if (!allowed) log.warn({ tenantId }, 'too many addresses of the domain sign up at once');
    return allowed;
  }

  /** Has a link for a new password sent, unless the account's data stays elsewhere. */
  async function reset({
    id: userId,
    tenant_id: tenantId,
  }: {
    id: string;
    tenant_id: string;
  }): Promise<void> {
    await database
      .withTenant(tenantId, async (transaction) => {
        const isDue = await joining.requestReset(transaction, tenantId, userId);
        if (isDue) await jobs.enqueue(transaction, mail, [{ tenantId, userId }]);
      })
      .catch((error: unknown) => {
        if (!(error instanceof DataElsewhere)) throw error;
        log.warn(
          { tenantId, code: 'WRONG_REGION' },
          'a person of the company cannot set a new password here',
        );
      });
  }

  /** Has the link sent, unless the address got one lately. */
  async function requestLink(person: Asked): Promise<void> {
    for (const [limit, seconds] of LINKS) {
      const places = Array.from({ length: limit }, (_, n) => `sign-up:${seconds}:${n}:${person.email}`);
      if (!(await identity.takePlace(places, seconds))) return;
    }
    await enqueue(LINK_JOB, person);
  }

  async function join(tenantId: string, person: Asked): Promise<void> {
    await database
      .withTenant(tenantId, async (transaction) => {
        const userId = await joining.join(transaction, tenantId, person);
        if (userId !== null) await jobs.enqueue(transaction, mail, [{ tenantId, userId }]);
      })
      .catch((error: unknown) => {
        if (!(error instanceof Problem || error instanceof DataElsewhere)) throw error;
        const code = error instanceof Problem ? error.code : 'WRONG_REGION';
        log.warn({ tenantId, code }, 'a person with an address of the company cannot join');
      });
  }

  /** Sends the link that opens a company, unless the address is suppressed. */
  async function sendLink(person: Asked): Promise<void> {
    const until = new Date(now().getTime() + LINK_MS);
    const remembered: SignUpLink = { ...person, until: until.getTime() };
    const token = sealer.seal(JSON.stringify(link.parse(remembered)), LINK_PLACE);
    const to = { name: person.name, address: person.email };
    const url = `${publicUrl.replace(/\/+$/, '')}/sign-up?token=${token}`;
    let made: { subject: string; html: string; text: string } | null = null;
    await atHome(async (transaction) => {
      if ((await notifications.suppressionOf(transaction, person.email)) !== null) return;
      const data = { link: url, until: instant(until) };
      const recipient = { name: person.name, email: person.email };
      made = await notifications.render(transaction, 'sign-up', { data, recipient });
    });
    if (made === null) return;
    const { subject, html, text } = made as { subject: string; html: string; text: string };
    await mailer.send({ from: mailFrom, to, subject, html, text });
  }

  return {
    companies,

    /**
     * Answers the same whether or not the address belongs to a company, or to a user.
     * @throws {Problem} RATE_LIMITED, CSRF_REFUSED, SERVICE_UNAVAILABLE
     */
    register: (request: Person, person: Omit<Asked, 'kind'>) =>
      accept(request, { ...person, kind: 'register' }),

    /**
     * Sends a link to each account that has this address and a password; answers the same for every address.
     * @throws {Problem} RATE_LIMITED, CSRF_REFUSED, SERVICE_UNAVAILABLE
     */
    forgotPassword: (request: Person, { email: address }: { email: string }) =>
      accept(request, { kind: 'forgotten', email: address, name: address }),

    /** Who a link was sent to; null where it is not ours or has expired. */
    readLink: (token: string): SignUpLink | null => {
      try {
        const read = link.parse(JSON.parse(sealer.open(token, LINK_PLACE)));
        return read.until > now().getTime() ? read : null;
      } catch {
        return null;
      }
    },
  };
}

/** So that counters hold no address. */
function digestOf(address: string): string {
  return createHash('sha256').update(address).digest('hex');
}
