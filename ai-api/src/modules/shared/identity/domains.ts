import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Role } from '../../../contract/operation.ts';
import type { RequestContext } from '../../../http/caller.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import type { Database } from '../../../platform/database/index.ts';
import { actorOf, record, systemActor } from '../audit/index.ts';
import type { ReadTxt } from './dns.ts';
import {
  type DomainRecord,
  findDomain,
  listDomains,
  markVerified,
  releaseClaims,
  removeDomain,
  saveDomain,
  tenantOfDomain,
} from './domain-store.ts';
import { refuseBeyond } from './joining.ts';
import { PUBLIC_DOMAINS } from './public-domains.ts';
import { countTenants } from './tenant-store.ts';

const UNIQUE_VIOLATION = '23505';

/** E-mail domains of a company, as its administrators see them. */
export function createDomains(database: Database, readTxt: ReadTxt, now: () => Date) {
  /** An administrator's confirmation is not enough where other companies could own the domain. */
  async function requireProof(row: DomainRecord, by: 'dns' | 'administrator'): Promise<void> {
    if (by === 'administrator') {
      if ((await countTenants(database)) === 1) return;
      throw new Problem(
        'DOMAIN_NOT_VERIFIED',
        'This installation has several companies: set the DNS record, then verify by dns.',
      );
    }
    const { name, value } = recordOf(row);
    if ((await readTxt(name)).includes(value)) return;
    throw new Problem(
      'DOMAIN_NOT_VERIFIED',
      `No TXT record at ${name} says ${value}. A change of DNS can take some hours.`,
    );
  }

  return {
    list: (tenantId: string, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.string(),
          query: (after, limit) => listDomains(transaction, after, limit),
          key: (row) => row.domain,
          describe: (rows) => rows.map(viewOf),
        }),
      ),

    /** @throws {Problem} INVALID_INPUT for a public domain, FORBIDDEN for more than the caller may do */
    add: async (request: RequestContext, { domain, roles }: { domain: string; roles: Role[] }) => {
      if (PUBLIC_DOMAINS.has(domain))
        throw invalidField('domain', 'is a public e-mail provider: anyone can get an address there');
      refuseBeyond(request, roles);
      const actor = actorOf(request);
      return database.withTenant(actor.tenantId, async (transaction) => {
        const row = await saveDomain(transaction, {
          domain,
          roles,
          token: randomBytes(20).toString('hex'),
          added_by: actor.actingFor ?? actor.name,
          created_at: now(),
        });
        await record(transaction, actor, {
          subject: `domain:${domain}`,
          details: [{ about: [], content: { roles } }],
        });
        return viewOf(row);
      });
    },

    /** @throws {Problem} NOT_FOUND, DOMAIN_NOT_VERIFIED, SERVICE_UNAVAILABLE, CONFLICT when another company has it */
    verify: async (request: RequestContext, domain: string, by: 'dns' | 'administrator') => {
      const actor = actorOf(request);
      const { tenantId } = actor;
      const before = await database.withTenant(tenantId, (transaction) => findDomain(transaction, domain));
      if (!before) throw notFound('domain', domain);
      if (before.verified_how === 'dns' || before.verified_how === by) return viewOf(before);
      await requireProof(before, by);
      if (by === 'dns')
        for (const loser of await releaseClaims(database, domain, tenantId))
          await database.withTenant(loser, (transaction) =>
            record(transaction, systemActor(loser, 'domain.release'), {
              subject: `domain:${domain}`,
              details: [{ about: [], content: { provenByAnother: true } }],
            }),
          );
      const taken = new Problem('CONFLICT', 'Another company has verified this domain.');
      const owner = await tenantOfDomain(database, `@${domain}`);
      if (owner !== null && owner !== tenantId) throw taken;
      return database
        .withTenant(tenantId, async (transaction) => {
          if (!(await findDomain(transaction, domain))) throw notFound('domain', domain);
          const row = await markVerified(transaction, domain, { verified_how: by, verified_at: now() });
          await record(transaction, actor, {
            subject: `domain:${domain}`,
            details: [{ about: [], content: { verifiedBy: by } }],
          });
          return viewOf(row);
        })
        .catch((error: unknown) => {
          throw (error as { code?: unknown }).code === UNIQUE_VIOLATION ? taken : error;
        });
    },

    /** @throws {Problem} NOT_FOUND */
    remove: (request: RequestContext, domain: string): Promise<void> => {
      const actor = actorOf(request);
      return database.withTenant(actor.tenantId, async (transaction) => {
        if (!(await removeDomain(transaction, domain))) throw notFound('domain', domain);
        await record(transaction, actor, { subject: `domain:${domain}`, details: [] });
      });
    },
  };
}

function recordOf({ domain, token }: DomainRecord) {
  return { type: 'TXT' as const, name: `_ai-manager.${domain}`, value: `ai-manager-verification=${token}` };
}

function viewOf(row: DomainRecord) {
  return {
    domain: row.domain,
    roles: row.roles as Role[],
    verifiedBy: row.verified_how,
    verifiedAt: row.verified_at?.toISOString() ?? null,
    record: recordOf(row),
    createdAt: row.created_at.toISOString(),
  };
}
