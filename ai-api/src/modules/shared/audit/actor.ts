import { type Person, type RequestContext, type Via, viaOf } from '../../../http/caller.ts';
import { Problem } from '../../../http/problem.ts';

/** Who writes, for which tenant, and by which operation: what every entry of the trail starts with. */
export interface Actor {
  tenantId: string;
  /** Null when the system itself acts. */
  keyId: string | null;
  /** Of the key, `user:<id>` of a person who came without one, or `system`. Never a person's own name. */
  name: string;
  /** `user:<id>` of the person the key acts for. */
  actingFor: string | null;
  /** The person, for what people read; the trail holds the id alone, since it cannot be erased from there. */
  person?: Person | null;
  /** How the caller came; left out where the system itself acts. */
  via?: Via;
  operation: string;
  requestId: string | null;
}

/** The caller of a request. */
export function actorOf({
  caller,
  operation,
  requestId,
}: Pick<RequestContext, 'caller' | 'operation' | 'requestId'>): Actor {
  const { tenantId, keyId, keyName, user } = caller;
  const userId = user && `user:${user.id}`;
  return {
    tenantId,
    keyId,
    name: keyName ?? userId ?? 'unknown',
    actingFor: keyId === null ? null : userId,
    person: user,
    via: viaOf(caller),
    operation,
    requestId,
  };
}

/**
 * The person who decides against another person; a key alone may not.
 * @throws {Problem} PERSON_REQUIRED
 */
export function requirePerson({ person }: Actor): Person {
  if (person) return person;
  throw new Problem('PERSON_REQUIRED', 'Sign in, or let the key act for a person.');
}

/** Ways to come that leave no doubt that a person decides; a person is named by other ways, too. */
const BY_PERSON: readonly (Via | undefined)[] = ['session', 'token', 'dashboard'];

/**
 * The person who decides about another person: by their own session or token, or through a key that people decide
 * through. Any other key is a machine, also where it acts for a person, and so is a workflow.
 * @throws {Problem} PERSON_REQUIRED
 */
export function requireDecider(actor: Actor): Person {
  const person = requirePerson(actor);
  if (BY_PERSON.includes(actor.via)) return person;
  const detail =
    actor.via === 'workflow'
      ? 'A workflow decides nothing about people: its step names who started it, who has not looked.'
      : 'A person decides this, signed in or in a dashboard. A key decides in a person’s name only with the scope decide.';
  throw new Problem('PERSON_REQUIRED', detail);
}

/** How people know who acted: the person's name, or else the key's. */
export function displayName({ person, name }: Actor): string {
  return person?.name ?? name;
}

/** Who decided, why and in the place of which judgement: what the judgement of a person is stored with. */
export function decisionBy(actor: Actor, reason: string, supersedes: string | null) {
  return { decidedBy: displayName(actor), decidedUser: actor.person?.id ?? null, reason, supersedes };
}

/** The system itself, in background work. */
export function systemActor(tenantId: string, operation: string): Actor {
  return { tenantId, keyId: null, name: 'system', actingFor: null, operation, requestId: null };
}
