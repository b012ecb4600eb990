import { z } from 'zod';
import type { RequestContext } from '../../../../http/caller.ts';
import { listPage, type Page } from '../../../../http/cursor.ts';
import { notFound, Problem } from '../../../../http/problem.ts';
import type { Database } from '../../../../platform/database/index.ts';
import { actorOf, record } from '../../../shared/audit/index.ts';
import { changeProduct, insertProduct, listProducts, type ProductRecord } from '../store.ts';

/** Products that licences are issued for. */
export function createProducts(database: Database) {
  return {
    list: (tenantId: string, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listProducts(transaction, after, limit),
          key: ({ id }) => id,
          view: productView,
        }),
      ),

    create: (request: RequestContext, input: { code: string; name: string; entitlements: string[] }) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const row = await insertProduct(transaction, input);
        if (!row) throw new Problem('CONFLICT', `There is a product ${input.code} already.`);
        await record(transaction, actorOf(request), {
          subject: `licence-product:${row.id}`,
          details: [{ about: [], content: input }],
        });
        return productView(row);
      }),

    update: (
      request: RequestContext,
      {
        productId,
        name,
        entitlements,
      }: { productId: string; name?: string | undefined; entitlements?: string[] | undefined },
    ) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const change = {
          ...(name === undefined ? {} : { name }),
          ...(entitlements === undefined ? {} : { entitlements }),
        };
        const row = await changeProduct(transaction, productId, change);
        if (!row) throw notFound('product', productId);
        await record(transaction, actorOf(request), {
          subject: `licence-product:${row.id}`,
          details: [{ about: [], content: change }],
        });
        return productView(row);
      }),
  };
}

function productView({ id, code, name, entitlements, created_at }: ProductRecord) {
  return { productId: id, code, name, entitlements, createdAt: created_at.toISOString() };
}
