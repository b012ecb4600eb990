import type { JWK } from 'jose';
import { z } from 'zod';
import type { Config } from '../../../config/index.ts';
import type { RequestContext } from '../../../http/caller.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, Problem } from '../../../http/problem.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Sealer } from '../../../platform/sealing.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import { actorOf, record } from '../../shared/audit/index.ts';
import type { Identity } from '../../shared/identity/index.ts';
import { signingKey } from './contract.ts';
import { createKeyring } from './keyring.ts';
import { openKms } from './kms.ts';
import type { KeyRecord } from './store.ts';
import { createTokens } from './tokens.ts';

export { type LicenceClaims, type LicenceTokens, SigningUnavailable } from './tokens.ts';

interface Needs {
  database: Database;
  identity: Identity;
  sealer: Sealer;
  metrics: Metrics;
  clock: Clock;
  publicUrl: string;
  config: Pick<
    Config,
    | 'TENANT'
    | 'LICENCE_SIGNING'
    | 'LICENCE_KEY_FILE'
    | 'LICENCE_KMS_KEY'
    | 'LICENCE_KMS_ENDPOINT'
    | 'DATA_REGION'
  >;
}

export type Signing = ReturnType<typeof create>;

/** Signs licence tokens and publishes the keys that verify them. */
export function create({ database, identity, sealer, metrics, clock, publicUrl, config }: Needs) {
  const mode = config.LICENCE_SIGNING;
  const keyring = createKeyring({
    database,
    sealer,
    kms: openKms({ region: config.DATA_REGION, endpoint: config.LICENCE_KMS_ENDPOINT }),
    settings: {
      provider: mode === 'local' ? 'local' : 'kms',
      keyFile: config.LICENCE_KEY_FILE,
      kmsKey: config.LICENCE_KMS_KEY,
    },
    now: () => clock.now(),
  });
  identity.publishKeys(keyring.publicKeys);
  const issuer = `${publicUrl.replace(/\/$/, '')}/licenses`;
  const tokens = createTokens({
    keyring,
    issuer,
    isDelegated: mode === 'kms-delegated',
    onSignature: metrics.signature,
    now: () => clock.now(),
  });

  return {
    tokens,
    issuer,
    /** The keys that verify tokens, for licence files. */
    publicKeys: (): Promise<JWK[]> => keyring.publicKeys(),

    list: async (page: Page) => {
      const rows = await keyring.list();
      return listPage(page, {
        cursor: z.number().int().min(0),
        query: async (after, limit) =>
          rows
            .map((row, place) => ({ row, place }))
            .slice(after === null ? 0 : after + 1)
            .slice(0, limit),
        key: ({ place }) => place,
        view: ({ row }) => keyView(row),
      });
    },

    rotate: async (request: RequestContext, keyRef: string | undefined) => {
      if (request.caller.tenantName !== config.TENANT)
        throw new Problem(
          'FORBIDDEN',
          'Signing keys are rotated by the company that operates the installation.',
        );
      if (mode === 'local' && keyRef !== undefined)
        throw invalidField('keyRef', 'is for keys in AWS KMS, and this installation has a local key');
      if (mode !== 'local' && keyRef === undefined)
        throw invalidField('keyRef', 'must name the new key in AWS KMS');
      const row = await keyring.rotate(keyRef).catch((error: unknown) => {
        throw new Problem('SIGNING_UNAVAILABLE', 'The new key could not be made or read.', {
          retryAfter: 5,
          cause: error,
        });
      });
      await database.withTenant(request.caller.tenantId, (transaction) =>
        record(transaction, actorOf(request), {
          subject: `signing-key:${row.kid}`,
          details: [{ about: [], content: { provider: row.provider, keyRef: row.key_ref } }],
        }),
      );
      return keyView(row);
    },
  };
}

/** The operations of this module. */
export function operations(service: Signing): Served[] {
  return [
    serve(signingKey, {
      list: (page) => service.list(page),
      rotate: ({ keyRef }, request) => service.rotate(request, keyRef),
    }),
  ];
}

function keyView(row: KeyRecord) {
  return {
    kid: row.kid,
    provider: row.provider,
    keyRef: row.key_ref,
    state: row.verifies_until === null ? ('signing' as const) : ('verifying' as const),
    createdAt: row.created_at.toISOString(),
    verifiesUntil: row.verifies_until?.toISOString() ?? null,
  };
}
