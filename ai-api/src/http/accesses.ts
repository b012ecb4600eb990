import type { Operation, Role } from '../contract/operation.ts';
import { type Purpose, purposeOf, type RevealedPlace, roleOf } from '../contract/reveals.ts';
import type { Caller, RequestContext } from './caller.ts';
import { Problem } from './problem.ts';

/** Whom an answer shows. */
export interface Revealed {
  /** `builder:<id>`, `user:<id>`, or `company` for everyone. */
  subject: string;
  /** Which one was read, such as the week; empty for nothing in particular. */
  detail: string;
}

/** An answer that shows other people, as it is recorded. */
export interface Access {
  operation: string;
  role: string;
  purpose: Purpose;
  /** What the caller gave as the reason. */
  reason: string | null;
  revealed: readonly Revealed[];
}

export type RecordAccess = (caller: Caller, access: Access) => Promise<void>;

export type AccessGate = ReturnType<typeof createAccessGate>;

/** Subjects that are people: not keys, nor the company. */
const PERSON = /^(builder|user|email|phone):./;

/** Lets answers that show other people leave only once the access is recorded. */
export function createAccessGate() {
  let recorder: RecordAccess | undefined;
  return {
    /** Has accesses recorded by this from now on. */
    use: (given: RecordAccess): void => {
      recorder = given;
    },

    /**
     * Records that a caller is shown other people; what concerns the caller alone leaves no record.
     * @param named whom the handler named, null when it said nothing
     * @throws {Problem} ACCESS_NOT_RECORDED, after which the answer must not leave
     */
    pass: async (
      { id, op }: { id: string; op: Operation },
      caller: Caller | undefined,
      { input, output }: { input: unknown; output: unknown },
      named: readonly Revealed[] | null,
    ): Promise<void> => {
      const { reveals, access } = op;
      if (!reveals || !caller || access === 'public') return;
      const revealed = othersOf(caller, revealedBy(id, op, output, named));
      if (revealed.length === 0) return;
      const role = roleOf(access, rolesToOthers(op, caller.roles)) ?? roleOf(access, caller.roles);
      const reason = reveals.reason === undefined ? null : fieldOf(input, reveals.reason);
      try {
        if (!recorder) throw new Error('nothing records accesses');
        await recorder(caller, {
          operation: id,
          role: role ?? '',
          purpose: purposeOf(reveals, role, caller.user !== null),
          reason: typeof reason === 'string' ? reason : null,
          revealed,
        });
      } catch (cause) {
        throw new Problem(
          'ACCESS_NOT_RECORDED',
          'The response shows data about a person, and the record of that access could not be written.' +
            (op.method === 'GET'
              ? ''
              : ' If the request changed something, the change is kept: read the result before you repeat it.'),
          { cause },
        );
      }
    },
  };
}

/** Collects whom a handler names. */
export function collectRevealed(): { reveal: RequestContext['reveal']; named: () => Revealed[] | null } {
  let named: Revealed[] | null = null;
  return {
    reveal: (person, detail = '') => {
      named ??= [];
      const subject =
        'subject' in person ? person.subject : person.builderId && `builder:${person.builderId}`;
      if (subject && (subject === 'company' || PERSON.test(subject))) named.push({ subject, detail });
    },
    named: () => named,
  };
}

function revealedBy(
  id: string,
  op: Operation,
  output: unknown,
  named: readonly Revealed[] | null,
): readonly Revealed[] {
  const of = op.reveals?.of ?? [];
  if (of === 'company') return [{ subject: 'company', detail: '' }];
  if (of !== 'handler') return of.flatMap((place) => peopleAt(place, output));
  if (named === null)
    throw new Problem('INTERNAL', `The handler of ${id} does not say whom its output shows.`);
  return named;
}

/** Everyone whom a place of an output names. */
export function peopleAt(
  { list, builder, user, subject, detail, only }: RevealedPlace,
  output: unknown,
): Revealed[] {
  return itemsAt([output], list?.split('.') ?? []).flatMap((chain) => {
    const item = chain[0];
    const nearest = (path: string) => chain.flatMap((one) => valuesAt(one, path.split('.')))[0];
    if (only && nearest(only.field) !== only.is) return [];
    const said = detail === undefined ? undefined : nearest(detail);
    const named = (prefix: string, path: string | undefined) =>
      path === undefined ? [] : textsAt(item, path).map((text) => prefix + text);
    return [...named('builder:', builder), ...named('user:', user), ...named('', subject)]
      .filter((one) => PERSON.test(one))
      .map((one) => ({ subject: one, detail: typeof said === 'string' ? said : '' }));
  });
}

/** What a path leads to, each with what holds it behind it, the nearest first. */
function itemsAt(chain: readonly unknown[], [name, ...rest]: string[]): (readonly unknown[])[] {
  if (name === undefined) return [chain];
  return valuesAt(chain[0], [name]).flatMap((one) => itemsAt([one, ...chain], rest));
}

function textsAt(value: unknown, path: string): string[] {
  return valuesAt(value, path.split('.')).filter((one) => typeof one === 'string' && one !== '') as string[];
}

function fieldOf(value: unknown, path: string): unknown {
  return valuesAt(value, path.split('.'))[0];
}

/** All values that a path leads to; lists on the way are gone through. */
function valuesAt(value: unknown, [name, ...rest]: string[]): unknown[] {
  if (Array.isArray(value))
    return value.flatMap((one) => valuesAt(one, name === undefined ? [] : [name, ...rest]));
  if (name === undefined) return value === null || value === undefined ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return valuesAt((value as Record<string, unknown>)[name], rest);
}

/** The roles that let a caller see others: where builders have only their own, theirs does not. */
function rolesToOthers({ own }: Operation, roles: readonly Role[]): readonly Role[] {
  const isOwnOnly = own !== undefined && own !== 'anyone';
  return isOwnOnly ? roles.filter((role) => role !== 'builder') : roles;
}

/** What shows others than the caller, each once. */
function othersOf({ user }: Caller, revealed: readonly Revealed[]): Revealed[] {
  const own = [user && `user:${user.id}`, user?.builderId && `builder:${user.builderId}`];
  const others = new Map<string, Revealed>();
  for (const one of revealed)
    if (!own.includes(one.subject)) others.set(JSON.stringify([one.subject, one.detail]), one);
  return [...others.values()];
}
