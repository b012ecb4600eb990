import { z } from 'zod';
import { ROLES, type Role } from '../../../contract/operation.ts';
import { invalidField } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { activeUsers, type Identity } from '../identity/index.ts';
import type { People } from '../people/index.ts';
import { PHONE } from './vocabulary.ts';

/** One person or address that is notified. */
export interface Recipient {
  /** `user:<id>`, `email:<address>` or `phone:<number>`: whose preferences apply, and what repetitions are known by. */
  owner: string;
  userId: string | null;
  name: string;
  email: string | null;
  phone: string | null;
}

const EMAIL = z.email();
const MAX_RECIPIENTS = 500;

/**
 * Whom the entries of `to` mean: `executives` (the administrators, where there are none), `user:<id>`, `role:executive`,
 * `builder:<id>`, an e-mail address or a phone number such as `+4740000000`. Each is listed once; an address of one of
 * our users is that user.
 * @throws {import('../../../http/problem.ts').Problem} INVALID_INPUT
 */
export async function resolveRecipients(
  transaction: TenantTransaction,
  { people, identity }: { people: People; identity: Identity },
  to: readonly string[],
): Promise<Recipient[]> {
  const found = new Map<string, Recipient>();
  for (const entry of to)
    for (const recipient of await resolve(entry.trim())) found.set(recipient.owner, recipient);
  if (found.size > MAX_RECIPIENTS)
    throw invalidField('to', `means ${found.size} people, at most ${MAX_RECIPIENTS} are notified at once`);
  return [...found.values()];

  async function resolve(entry: string): Promise<Recipient[]> {
    const [, kind, id = ''] = /^(user|role|builder):(.+)$/.exec(entry) ?? [];
    if (kind === 'user') return [await byUser(id)];
    if (kind === 'role') return byRole(id);
    if (kind === 'builder') return [await byBuilder(id)];
    if (entry === 'executives') return executives();
    if (PHONE.test(entry))
      return [{ owner: `phone:${entry}`, userId: null, name: '', email: null, phone: entry }];
    const email = EMAIL.safeParse(entry.toLowerCase());
    if (email.success) return [await byEmail(email.data, '')];
    throw invalidField(
      'to',
      `has "${entry}", which is not executives, user:<id>, role:<name>, builder:<id>, e-mail address or phone number`,
    );
  }

  async function byUser(id: string): Promise<Recipient> {
    const [user] = z.uuid().safeParse(id).success ? await activeUsers(transaction, { ids: [id] }) : [];
    if (!user) throw invalidField('to', `has user:${id}, which is no active user`);
    return (await ofUsers([user]))[0] as Recipient;
  }

  async function byRole(role: string): Promise<Recipient[]> {
    if (!ROLES.some((known) => known === role))
      throw invalidField('to', `has role:${role}; the roles are ${ROLES.join(', ')}`);
    return ofUsers(await activeUsers(transaction, { roles: [role as Role] }));
  }

  async function executives(): Promise<Recipient[]> {
    const users = await activeUsers(transaction, { roles: ['executive', 'admin'] });
    const own = users.filter(({ roles }) => roles.includes('executive'));
    return ofUsers(own.length > 0 ? own : users);
  }

  async function byBuilder(id: string): Promise<Recipient> {
    const builder = await people.findBuilder(transaction, id);
    if (!builder) throw invalidField('to', `has builder:${id}, which does not exist`);
    return byEmail(builder.email.toLowerCase(), builder.name);
  }

  async function byEmail(email: string, name: string): Promise<Recipient> {
    const user = await identity.users.activeByEmail(transaction, email);
    if (user) return (await ofUsers([user]))[0] as Recipient;
    return { owner: `email:${email}`, userId: null, name, email, phone: null };
  }

  async function ofUsers(users: readonly { id: string; email: string }[]): Promise<Recipient[]> {
    const names = await identity.users.names(
      transaction,
      users.map(({ id }) => id),
    );
    return users.map(({ id, email }) => ({
      owner: `user:${id}`,
      userId: id,
      name: names.get(id) ?? '',
      email,
      phone: null,
    }));
  }
}
