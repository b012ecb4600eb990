import { v7 as uuidv7 } from 'uuid';
import type { RequestContext } from '../../../../http/caller.ts';
import { notFound } from '../../../../http/problem.ts';
import type { Database } from '../../../../platform/database/index.ts';
import { actorOf, record } from '../../../shared/audit/index.ts';
import type { Signing } from '../../signing/index.ts';
import { problemOf } from '../checkout/admission.ts';
import { refusalFor } from '../checkout/outcomes.ts';
import type { Checkout } from '../checkout/service.ts';
import { deviceHash } from '../keys.ts';
import { isBlocked } from '../sessions/store.ts';
import { findLicence } from '../store.ts';

/** Licence files for devices that are never online: a borrowed seat, its token, and the keys to verify it with. */
export function createLicenceFiles(database: Database, checkout: Checkout, signing: Signing) {
  return async (
    request: RequestContext,
    { licenceId, device, hours }: { licenceId: string; device: string; hours: number },
  ) => {
    const { tenantId } = request.caller;
    const own = deviceHash(licenceId, device);
    const { licence, blocked } = await database.withTenant(tenantId, async (transaction) => ({
      licence: await findLicence(transaction, { id: licenceId }),
      blocked: await isBlocked(transaction, licenceId, own),
    }));
    if (!licence) throw notFound('licence', licenceId);
    if (blocked) throw problemOf({ code: 'DEVICE_BLOCKED', detail: 'An admin has blocked this device.' });
    const seat = { session: uuidv7(), member: `device:${own}`, device: own, user: '', group: '' };
    const acquired = await checkout.decide(tenantId, licenceId, {
      type: 'acquire',
      ...seat,
      wait: false,
      version: licence.version,
    });
    if (!acquired.seat) throw problemOf(refusalFor(acquired));
    const sessionId = acquired.seat.id;
    const borrowed = await checkout
      .borrowFor(licence, { sessionId, device: own, hours })
      .catch(async (error: unknown) => {
        if (acquired.code === 'ACQUIRED')
          await checkout.decide(tenantId, licenceId, { type: 'release', session: sessionId, device: own });
        throw error;
      });
    await database.withTenant(tenantId, (transaction) =>
      record(transaction, actorOf(request), {
        subject: `licence:${licenceId}`,
        details: [{ about: [], content: { sessionId, device: own, hours } }],
      }),
    );
    const file = {
      type: 'ai-manager-licence',
      issuer: signing.issuer,
      licenceId,
      product: licence.product_code,
      token: borrowed.token,
      jwks: { keys: await signing.publicKeys() },
    };
    return {
      sessionId,
      expiresAt: borrowed.expiresAt,
      fileName: `${licence.product_code}-${licence.key_prefix}.licence.json`,
      content: `${JSON.stringify(file, null, 2)}\n`,
    };
  };
}
