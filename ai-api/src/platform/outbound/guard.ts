import { type LookupAddress, lookup } from 'node:dns';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import { Agent, buildConnector } from 'undici';
import { type AllowedHosts, plainHost } from './allowed-hosts.ts';
import { isPublicAddress, parseAddress } from './public-address.ts';

/** A URL that may not be called, with a reason a person can act on. */
export class UrlRefused extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'UrlRefused';
  }
}

export interface OutboundGuard {
  /** Looks a URL over before it is kept; a name that cannot be looked up just now passes. @throws {UrlRefused} */
  check(url: string): Promise<void>;
  /** Resolves a name anew for each connection, and connects to an address that was judged, never to a name. */
  readonly agent: Agent;
  close(): Promise<void>;
}

export interface OutboundPolicy {
  allowed: AllowedHosts;
  /** Ports of public hosts that may be called. */
  ports: readonly number[];
  /** Refuses plain HTTP to public hosts. */
  requireHttps: boolean;
  connectTimeoutMs: number;
  /** The system's resolver unless given. */
  resolve?: Resolve;
}

export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

interface Target {
  protocol: string;
  hostname: string;
  port: number;
}

const resolveBySystem: Resolve = (hostname) => promisify(lookup)(hostname, { all: true });

/**
 * Keeps URLs that others chose away from our own network. What a name leads to is judged when the URL is
 * registered and at each connection, so that a name that changes in between (DNS rebinding) gains nothing.
 * @see https://owasp.org/www-community/attacks/Server_Side_Request_Forgery
 */
export function createOutboundGuard(policy: OutboundPolicy): OutboundGuard {
  const resolveName = policy.resolve ?? resolveBySystem;
  const connector = buildConnector({ timeout: policy.connectTimeoutMs, allowH2: false });

  async function resolve(hostname: string): Promise<string[]> {
    const literal = parseAddress(hostname);
    if (literal) return [hostname.replace(/^\[(.*)\]$/, '$1')];
    return (await resolveName(plainHost(hostname))).map(({ address }) => address);
  }

  async function connect(options: buildConnector.Options) {
    const target = { protocol: options.protocol, hostname: options.hostname, port: portOf(options) };
    const addresses = await resolve(target.hostname);
    judge(policy, target, addresses);
    const servername = options.servername ?? (isIP(target.hostname) === 0 ? target.hostname : undefined);
    let failure: unknown = new Error('the host name leads nowhere');
    for (const hostname of addresses.slice(0, 3)) {
      try {
        return await open({ ...options, hostname, ...(servername ? { servername } : {}) });
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  function open(options: buildConnector.Options) {
    return new Promise<Parameters<buildConnector.Callback>[1] & object>((done, failed) => {
      connector(options, (error, socket) =>
        error ? failed(error) : done(socket as NonNullable<typeof socket>),
      );
    });
  }

  const agent = new Agent({
    connections: 32,
    keepAliveTimeout: 10_000,
    connect: (options, callback) => {
      connect(options).then(
        (socket) => callback(null, socket),
        (error: Error) => callback(error, null),
      );
    },
  });

  return {
    agent,
    close: () => agent.destroy(),
    check: async (text) => {
      const url = new URL(text);
      if (url.username || url.password) throw new UrlRefused('It holds a user name or password.');
      const addresses = await resolve(url.hostname).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOTFOUND') throw new UrlRefused('Its host name does not exist.');
        return [];
      });
      judge(policy, { protocol: url.protocol, hostname: url.hostname, port: portOf(url) }, addresses);
    },
  };
}

function portOf({ port, protocol }: { port: string; protocol: string }): number {
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}

/** Judges a place and everything its name leads to: one bad address among good ones is enough. */
function judge(policy: OutboundPolicy, target: Target, addresses: string[]): void {
  const { protocol, hostname, port } = target;
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new UrlRefused('It must start with https:// or http://.');
  if (policy.allowed.hasHost(hostname, port)) return;
  const others = addresses.filter((address) => !policy.allowed.hasAddress(address));
  if (addresses.length > 0 && others.length === 0) return;
  if (isLocalName(hostname) || !others.every(isPublicAddress))
    throw new UrlRefused('Its host is not on the public internet.');
  if (policy.requireHttps && protocol !== 'https:') throw new UrlRefused('It must start with https://.');
  if (!policy.ports.includes(port))
    throw new UrlRefused(`Its port ${port} is not one of ${policy.ports.join(', ')}.`);
}

/** RFC 6761: these never leave the machine, whatever a resolver says. */
function isLocalName(hostname: string): boolean {
  return /(^|\.)localhost$/.test(plainHost(hostname));
}
