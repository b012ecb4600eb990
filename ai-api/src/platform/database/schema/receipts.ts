import type { Json, TenantId } from './columns.ts';

export interface ReceiptsTables {
  'receipts.receipts': {
    id: string;
    tenant_id: TenantId;
    judgement_id: string;
    subject: string | null;
    signed: string;
    disclosures: string[] | null;
    issued_at: Date;
  };
  'receipts.keys': {
    kid: string;
    public_jwk: Json<object>;
    private_key: string;
    created_at: Date;
  };
}
