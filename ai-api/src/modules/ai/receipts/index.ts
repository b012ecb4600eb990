import { type Served, serve } from '../../../http/router.ts';
import type { Explains } from '../../../judgement/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { PersonalData } from '../../../platform/personal-data.ts';
import type { CountedPromise } from '../../../platform/promises.ts';
import type { Sealer } from '../../../platform/sealing.ts';
import type { Identity } from '../../shared/identity/index.ts';
import { receipt } from './contract.ts';
import { createKeys } from './keys.ts';
import { createReceipts, type Receipts } from './service.ts';

export type { Sign } from './keys.ts';
export type { Receipts } from './service.ts';

interface Needs {
  database: Database;
  identity: Identity;
  sealer: Sealer;
  clock: Clock;
  publicUrl: string;
  /** What modules know of their judgements. */
  explains: () => readonly Explains[];
}

export function create({ database, identity, sealer, clock, publicUrl, explains }: Needs) {
  const now = () => clock.now();
  const keys = createKeys(database, sealer, now);
  identity.publishKeys(keys.published);
  return createReceipts({ database, keys, explains, issuer: publicUrl, now });
}

/** The receipts about a person. An erasure takes what they disclose: who holds one can still check it. */
export function personalData(): PersonalData {
  return {
    tables: [
      {
        table: 'receipts.receipts',
        of: ['subject'],
        erase: { set: { subject: null, disclosures: null } },
      },
    ],
    disclosure: {
      categories: ['Receipts of judgements'],
      source: 'Judgements about them',
      purpose: 'Proof of what was decided, for the person whom it is about',
      sharedWith: [],
    },
  };
}

/** The operations of this module. */
export function operations(service: Receipts): Served[] {
  return [serve(receipt, { get: ({ judgementId }, context) => service.get(context, judgementId) })];
}

/** Receipts that a check of the promises looks at. */
const CHECKED = 1_000;

/** What is promised of receipts. */
export function promises({ checkNewest }: Receipts): CountedPromise[] {
  return [
    {
      id: 'receipts-verify',
      says: 'Receipts verify, and the audit trail still is what they say it was.',
      count: async (tenantId) => {
        const { checked, broken } = await checkNewest(tenantId, CHECKED);
        return {
          of: 'newest receipts',
          checked,
          broken,
          note: checked === CHECKED ? `Only the newest ${CHECKED} were checked.` : null,
        };
      },
    },
  ];
}
