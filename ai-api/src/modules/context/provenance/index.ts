import type { RequestContext } from '../../../http/caller.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Identity } from '../../shared/identity/index.ts';
import { ownerOf } from '../conversations/index.ts';
import type { Reader } from '../links/index.ts';
import { provenance } from './contract.ts';
import { createProvenance, type Provenance } from './service.ts';

export { personalData } from './personal-data.ts';

interface Needs {
  database: Database;
  identity: Pick<Identity, 'emails'>;
  publicUrl: string;
  clock: Clock;
}

export function create({ database, identity, publicUrl, clock }: Needs): Provenance {
  return createProvenance({ database, emails: identity.emails, publicUrl, now: () => clock.now() });
}

const readerOf = ({ caller }: RequestContext): Reader => ({
  tenantId: caller.tenantId,
  id: ownerOf(caller).id,
});

/** The operations of this module. */
export function operations(service: Provenance): Served[] {
  return [
    serve(provenance, {
      blame: ({ repository, lines }, request) => service.blame(readerOf(request), repository, lines),
      timeline: ({ cursor, limit, ...filter }, request) =>
        service.timeline(readerOf(request), filter, { cursor, limit }),
      contributions: ({ repositoryId, days }, request) =>
        service.contributions(readerOf(request), repositoryId, days),
      trace: ({ sha, repositoryId }, request) => service.trace(readerOf(request), sha, repositoryId),
    }),
  ];
}
