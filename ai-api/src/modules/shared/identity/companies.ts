import { v7 as uuidv7 } from 'uuid';
import type { Tier } from '../../../contract/tiers.ts';
import type { Exchange } from '../../../http/caller.ts';
import type { RateLimiter } from '../../../http/limits/index.ts';
import { invalidField, Problem } from '../../../http/problem.ts';
import { requireSameOrigin } from '../../../http/same-origin.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { record, systemActor } from '../audit/index.ts';
import { digest } from './digest.ts';
import { addUser } from './joining.ts';
import { hashPassword, weakness } from './passwords.ts';
import { findTenant, hasOpened, insertTenant, lockOpenings, openedSince } from './tenant-store.ts';
import type { UserRecord } from './user-store.ts';

const DAY_MS = 24 * 3_600_000;

interface Parts {
  database: Database;
  limiter: RateLimiter;
  publicUrl: string;
  /** @throws {Problem} SIGN_IN_REFUSED where people sign in through another platform */
  requireSignIn(): void;
  /** Whether people may open a company, the tier of such companies, and how many are opened in 24 hours. */
  signUp: { isOn: boolean; tier: Tier; perDay: number };
  /** Names that the configuration gives to companies: no one else may take them. */
  reserved: readonly string[];
  now: () => Date;
}

interface Opening {
  company: string;
  email: string;
  name: string;
  passwordHash: string | null;
  /** Of the link, which opens one company only; null where an account of a provider opens it. */
  openingHash: string | null;
}

export type Companies = ReturnType<typeof createCompanies>;

/** How companies begin: with the first person of another platform, or opened by a person for themselves. */
export function createCompanies(parts: Parts) {
  const { database, limiter, publicUrl, requireSignIn, signUp, now } = parts;
  const reserved = new Set(parts.reserved.map(folded));
  let seed: (transaction: TenantTransaction, tenantId: string) => Promise<void> = async () => {};

  /**
   * Makes a company with all that comes with the modules, in one transaction. Null where it exists.
   * @param check runs first and refuses what may not begin
   */
  function begin<T>(
    company: Omit<Parameters<typeof insertTenant>[1], 'id'>,
    operation: string,
    goOn: (transaction: TenantTransaction, tenantId: string) => Promise<T>,
    check?: (transaction: TenantTransaction) => Promise<void>,
  ): Promise<T | null> {
    const id = uuidv7();
    return database.withTenant(id, async (transaction) => {
      await check?.(transaction);
      if (!(await insertTenant(transaction, { id, ...company }))) return null;
      await seed(transaction, id);
      const made = await goOn(transaction, id);
      const { name, tier } = company;
      await record(transaction, systemActor(id, operation), {
        subject: `tenant:${id}`,
        details: [{ about: [], content: { name, tier } }],
      });
      return made;
    });
  }

  /** @throws {Problem} NOT_FOUND where companies are not opened by people */
  function requireOn(): void {
    requireSignIn();
    if (!signUp.isOn) throw new Problem('NOT_FOUND', 'People cannot open companies in this installation.');
  }

  /** One address opens one company, also at once, and all of them no more than `perDay`. @throws {Problem} CONFLICT, RATE_LIMITED */
  async function requireRoom(transaction: TenantTransaction, email: string): Promise<void> {
    await lockOpenings(transaction);
    if (await hasOpened(transaction, email))
      throw new Problem('CONFLICT', 'You have opened a company already. Sign in with this e-mail address.');
    if ((await openedSince(transaction, new Date(now().getTime() - DAY_MS))) >= signUp.perDay)
      throw new Problem('RATE_LIMITED', 'Too many companies were opened today. Try again tomorrow.', {
        retryAfter: 3_600,
      });
  }

  /** Opens a company whose first person, an administrator, has proven the address. @throws {Problem} CONFLICT, RATE_LIMITED */
  async function open<T>(
    { company, email, name, passwordHash, openingHash }: Opening,
    goOn: (transaction: TenantTransaction, tenantId: string, user: UserRecord) => Promise<T>,
  ): Promise<T> {
    requireOn();
    const taken = () => invalidField('company', 'is taken; choose another name');
    if (reserved.has(folded(company)) || (await findTenant(database, { name: company }))) throw taken();
    const userId = uuidv7();
    const values = {
      name: company,
      tier: signUp.tier,
      opened_at: now(),
      opened_by: userId,
      opening_hash: openingHash,
    };
    const addFirst = async (transaction: TenantTransaction, tenantId: string) => {
      const user = await addUser(transaction, systemActor(tenantId, 'company.open'), {
        id: userId,
        email,
        name,
        roles: ['admin'],
        status: 'active',
        password_hash: passwordHash,
        password_is_own: passwordHash !== null,
        email_confirmed_at: now(),
      });
      return { result: await goOn(transaction, tenantId, user) };
    };
    const made = await begin(values, 'company.open', addFirst, (transaction) =>
      requireRoom(transaction, email),
    );
    if (!made) throw taken();
    return made.result;
  }

  return {
    /** Whether people may open a company here. */
    isOpen: signUp.isOn,
    requireOn,
    open,
    hasOpened: (email: string) => hasOpened(database.system('a person opens one company'), email),

    /** Makes the company that another platform names; nothing happens where it exists. */
    beginNamed: async (name: string, tier: Tier): Promise<void> => {
      await begin({ name, tier }, 'company.begin', async () => {});
    },

    /**
     * Opens a company by a link that was sent to the address.
     * @param token what is in the link; it opens one company only
     * @throws {Problem} CONFLICT, INVALID_INPUT, RATE_LIMITED, CSRF_REFUSED, NOT_FOUND
     */
    openWithPassword: async (
      exchange: Exchange,
      {
        token,
        password,
        ...person
      }: { token: string; company: string; email: string; name: string; password: string },
    ): Promise<void> => {
      requireOn();
      requireSameOrigin(exchange, publicUrl);
      const openingHash = digest(token);
      await limiter.signIn({ ip: exchange.address } as { ip: string }, openingHash);
      const weak = weakness(password, person.email);
      if (weak) throw invalidField('password', weak);
      const passwordHash = await hashPassword(password);
      await open({ ...person, passwordHash, openingHash }, async () => {});
    },

    /** Has each new company get what comes with the modules. */
    onNew: (give: typeof seed): void => {
      seed = give;
    },
  };
}

/** As names are compared, so that no name looks like a reserved one. */
function folded(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}
