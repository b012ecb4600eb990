import type { Logger } from 'pino';
import type { Role } from '../contract/operation.ts';
import { DECIDE } from '../contract/scopes.ts';
import type { Tier } from '../contract/tiers.ts';
import { Problem } from './problem.ts';

/** A person that a credential represents. */
export interface Person {
  id: string;
  email: string;
  name: string;
  /** The builder with the person's e-mail address; null where there is none. */
  builderId: string | null;
}

/** What was verified, so that it can be asked again whether it still holds. */
export interface Credential {
  /**
   * `key`: an API key; `session`: a person's session, in a browser or behind an access token of ours; `issuer`: a
   * token of another issuer, which cannot be revoked here; `licence`: a licence key, or the token of a session that
   * it opened, which only operations for licences take.
   */
  kind: 'key' | 'session' | 'issuer' | 'licence';
  /** Of the key, the session or the licence; the name of the issuer. */
  id: string;
  /** Milliseconds since the epoch; null for none. */
  expiresAt: number | null;
  /** Digest of the secret of a key, which a rotation replaces. */
  proof?: string;
  /** Set where a workflow acts later for who started it. */
  isLater?: true;
  /** The session of a licence that a token is for. */
  licenceSession?: LicenceSession;
}

/** What the token of a licence's session says. */
export interface LicenceSession {
  sessionId: string;
  device: string;
  /** Seconds since the epoch. */
  issuedAt: number;
  expiresAt: number;
}

/** A verified identity: the tenant comes from the credential, never from the request. */
export interface Caller {
  tenantId: string;
  tenantName: string;
  tier: Tier;
  /** Where the data of the company stays; null for anywhere, and where the credential was verified without a look-up. */
  dataRegion: string | null;
  credential: Credential;
  /** The service key that was used; null when a person came with a session or token. */
  keyId: string | null;
  keyName: string | null;
  /** The person of a session or token, or whom a service key acts for. */
  user: Person | null;
  /** What may be done: the key's or the person's; of both, what the key may do for the person. */
  roles: Role[];
  /** What of that a key is limited to; see `contract/scopes.ts`. */
  scopes: readonly string[];
}

/**
 * How a caller came: a person by their `session` or by a `token` of another issuer; a key that people decide through, such
 * as that of dashboards (`dashboard`); any other `key`, also where it acts for a person; a `workflow` that goes on later; a
 * `licence`.
 */
export type Via = 'session' | 'token' | 'dashboard' | 'key' | 'workflow' | 'licence';

/** How a caller came. */
export function viaOf({ credential, keyId, user, scopes }: Caller): Via {
  if (credential.isLater) return 'workflow';
  if (credential.kind === 'licence') return 'licence';
  if (keyId === null) return credential.kind === 'issuer' ? 'token' : 'session';
  return user && scopes.includes(DECIDE) ? 'dashboard' : 'key';
}

/** A name for what a caller is counted and remembered under: a key, a person, a key for a person, or a licence. */
export function callerId({ keyId, user, credential }: Pick<Caller, 'keyId' | 'user' | 'credential'>): string {
  if (credential.kind === 'licence')
    return credential.licenceSession
      ? `licence-session:${credential.licenceSession.sessionId}`
      : `licence:${credential.id}`;
  if (keyId === null) return `user:${user?.id}`;
  return user ? `${keyId} for ${user.id}` : keyId;
}

/** The person who calls, for what is of one's own. @throws {Problem} PERSON_NEEDED from an API key alone */
export function personOf({ user }: Pick<Caller, 'user'>): Person {
  if (!user) throw new Problem('PERSON_NEEDED', 'Sign in, or let the key act for a person.');
  return user;
}

/** What signing in needs of HTTP itself; other operations have no use for it. */
export interface Exchange {
  /** Of the client, as limits count it. */
  address: string | undefined;
  header(name: string): string | undefined;
  cookie(name: string): string | undefined;
  /** Sends a `Set-Cookie` header with the answer. */
  setCookie(header: string): void;
}

/** What a handler knows about the request beside its input. */
export interface RequestContext {
  operation: string;
  requestId: string;
  log: Logger;
  /** Aborts when the request's time is over. */
  signal: AbortSignal;
  readonly exchange: Exchange;
  /** Sends a step of the answer to a client that asked for events; without such a client it does nothing. */
  emit(event: string, data: unknown): void;
  /** The verified caller; throws in a public operation. */
  readonly caller: Caller;
  /**
   * The one builder that this request may be about; null when the caller may reach all builders. The router has
   * checked it where the operation declares `own` as a field.
   */
  readonly onlyBuilder: string | null;
  /**
   * For operations whose `own` is `handler`: refuses what is about another builder than {@link onlyBuilder}.
   * @throws {import('./problem.ts').Problem} FORBIDDEN
   */
  requireOwn(builderId: string | null): void;
  /**
   * For operations whose `reveals.of` is `handler`: says whom the answer shows, a builder by id or a subject such as
   * `user:<id>`; null where it shows no one.
   */
  reveal(person: { builderId: string | null } | { subject: string | null }, detail?: string): void;
}
