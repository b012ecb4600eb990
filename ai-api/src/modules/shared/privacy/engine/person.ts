import { createHash } from 'node:crypto';
import { z } from 'zod';
import { notFound } from '../../../../http/problem.ts';
import type { TenantTransaction } from '../../../../platform/database/index.ts';
import { lasting } from '../../../../platform/lasting-subject.ts';
import { type Identity, userOfSubject } from '../../identity/index.ts';
import type { Notifications } from '../../notifications/index.ts';
import { type BuilderRecord, builderIdByEmail, type People } from '../../people/index.ts';

/** Everything by which one person is known. */
export const person = z.object({
  /** `builder:<id>`, `user:<id>`, `email:<address>` and `phone:<number>`. */
  subjects: z.array(z.string()),
  ids: z.array(z.string()),
  emails: z.array(z.string()),
  /** Names that no other active builder or account has. */
  names: z.array(z.string()),
  /** Names that others have too: they are not replaced, since they would be taken from those as well. */
  sharedNames: z.array(z.string()).default([]),
  /** Such as `+4740000000`. */
  phones: z.array(z.string()).default([]),
});
export type Person = z.output<typeof person>;

export interface Directory {
  people: Pick<People, 'findBuilder' | 'roster'>;
  identity: Pick<Identity, 'emails' | 'users'>;
  notifications: Pick<Notifications, 'phonesOf'>;
}

/** How a person is called once they are erased. */
export interface Pseudonym {
  name: string;
  email: string;
  phone: string;
}

/** Everyone whom a subject means: a builder and the account with the builder's address are one person. */
export async function resolvePerson(
  transaction: TenantTransaction,
  { people, identity, notifications }: Directory,
  subject: string,
): Promise<Person> {
  const emails = await identity.emails(transaction);
  const [, kind = '', id = ''] = /^(builder|user|email|phone):(.+)$/.exec(subject) ?? [];
  const builder = kind === 'builder' ? await people.findBuilder(transaction, id) : undefined;
  const user = await userOfSubject(transaction, people, subject);
  const own = kind === 'email' ? id : (builder?.email ?? emails.get(`user:${user}`));
  const holder = own === undefined ? null : await builderIdByEmail(transaction, own);
  // The address of a builder who left may be another builder's by now.
  const email = builder && holder !== builder.builder_id ? undefined : own?.toLowerCase();
  const accounts = [...emails].flatMap(([of, address]) => (isSame(address, email) ? [of.slice(5)] : []));
  const userIds = user ? [user] : accounts;
  const other = builder || holder === null ? undefined : await people.findBuilder(transaction, holder);
  const builders = [builder, other].filter((one) => one !== undefined);
  const users = await identity.users.names(transaction, userIds);
  const others = await namesOfOthers(transaction, { people, identity }, builders, userIds, emails);
  const names = unique([...builders.map(({ name }) => name), ...users.values()]).filter(
    (name) => name.trim() !== '',
  );
  const phones = await notifications.phonesOf(transaction, userIds);
  const ids = [...builders.map(({ builder_id }) => builder_id), ...userIds];
  return {
    subjects: unique([
      subject,
      ...builders.map(({ builder_id }) => `builder:${builder_id}`),
      ...userIds.map((userId) => `user:${userId}`),
      ...(email === undefined ? [] : [`email:${email}`]),
    ]),
    ids: unique(kind === 'builder' ? [id, ...ids] : ids),
    emails: email === undefined ? [] : [email],
    names: names.filter((name) => !others.has(name.toLowerCase())),
    sharedNames: names.filter((name) => others.has(name.toLowerCase())),
    phones: unique(kind === 'phone' ? [id, ...phones] : phones),
  };
}

/** As {@link resolvePerson}. @throws {Problem} NOT_FOUND for a builder or an account that is not there */
export async function requireKnown(
  transaction: TenantTransaction,
  directory: Directory,
  subject: string,
): Promise<Person> {
  const found = await resolvePerson(transaction, directory, subject);
  const [, kind, id = ''] = /^(builder|user):(.+)$/.exec(subject) ?? [];
  const isKnown =
    kind === undefined ||
    (kind === 'builder'
      ? (await directory.people.findBuilder(transaction, id)) !== undefined
      : (await directory.identity.emails(transaction)).has(subject));
  if (!isKnown) throw notFound(kind === 'builder' ? 'builder' : 'user', id);
  return found;
}

/** Names of all other active builders and accounts, in lower case. */
async function namesOfOthers(
  transaction: TenantTransaction,
  { people, identity }: Pick<Directory, 'people' | 'identity'>,
  builders: readonly Pick<BuilderRecord, 'builder_id' | 'email'>[],
  userIds: readonly string[],
  emails: ReadonlyMap<string, string>,
): Promise<Set<string>> {
  const own = new Set(builders.map(({ builder_id }) => builder_id));
  const roster = (await people.roster(transaction)).filter(({ builder_id }) => !own.has(builder_id));
  const addresses = new Set(builders.map(({ email }) => email.toLowerCase()));
  const strangers = [...emails].flatMap(([subject, address]) => {
    const id = subject.slice('user:'.length);
    const isOwn = userIds.includes(id) || addresses.has(address.toLowerCase());
    return subject.startsWith('user:') && !isOwn ? [id] : [];
  });
  const accounts = await identity.users.names(transaction, strangers);
  return new Set([...roster.map(({ name }) => name), ...accounts.values()].map((name) => name.toLowerCase()));
}

const isSame = (address: string, email: string | undefined) => address.toLowerCase() === email;
const unique = (values: readonly string[]) => [...new Set(values)];

/**
 * What columns hold that name a person: ids, numbers and subjects as they are and as records keep them for good,
 * addresses in lower case.
 */
export type Known = Pick<Person, 'subjects' | 'ids' | 'emails'>;

export function knownAs({ subjects, ids, emails, phones }: Person): Known {
  const reached = unique([...subjects, ...phones.map((phone) => `phone:${phone}`)]);
  return {
    subjects: unique([...reached, ...reached.map(lasting), ...ids.map((id) => `inline:${id}`)]),
    ids: unique([...ids, ...phones]),
    emails: unique(emails.map((email) => email.toLowerCase())),
  };
}

/** The same as one list, for traces. */
export function allKnown(person: Person): string[] {
  const { subjects, ids, emails } = knownAs(person);
  return [...subjects, ...ids, ...emails];
}

/** The pseudonym of an erasure: the same in all tables, and another one for each person. */
export function pseudonymOf(requestId: string): Pseudonym {
  const code = createHash('sha256').update(requestId).digest('hex').slice(0, 10);
  return {
    name: `Erased person ${code}`,
    email: `erased-${code}@erased.invalid`,
    phone: `erased number ${code}`,
  };
}
