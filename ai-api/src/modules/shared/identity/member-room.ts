import type { TenantTransaction } from '../../../platform/database/index.ts';

/** Refuses one more member of the transaction's tenant. @throws {import('../../../http/problem.ts').Problem} */
type RequireRoom = (transaction: TenantTransaction, tenantId: string) => Promise<void>;

/** Asked before a person is added or enabled again. */
export type MemberRoom = ReturnType<typeof createMemberRoom>;

/** Whether there is room for one more member: always, until another module limits it. */
export function createMemberRoom() {
  let limit: RequireRoom = async () => {};
  return {
    require: (transaction: TenantTransaction, tenantId: string) => limit(transaction, tenantId),
    limit: (given: RequireRoom): void => {
      limit = given;
    },
  };
}
