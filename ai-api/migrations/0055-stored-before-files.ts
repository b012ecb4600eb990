import { type Kysely, sql } from 'kysely';

const REASON = 'Not scanned: it was stored before files were scanned.';

/** Policies and attachments that were stored before files were kept by version: they are ready, and not scanned. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await policies(db);
  await attachments(db);
  await sql`
    update files.files set
      version = (select max(version) from files.versions where file_id = files.files.id),
      ready_version = (select max(version) from files.versions where file_id = files.files.id and state = 'ready')
    where version = 0 and exists (select from files.versions where file_id = files.files.id)`.execute(db);
}

/** The file of a document has its id. */
async function policies(db: Kysely<unknown>): Promise<void> {
  await sql`
    insert into files.files (id, tenant_id, name, category, origin, bucket, owner, owner_name, created_at, updated_at)
    select id, tenant_id, name, 'policy', 'policy', 'files', 'system', created_by, created_at, updated_at
    from knowledge.documents as document
    where exists (select from knowledge.versions where document_id = document.id)
    on conflict (id) do nothing`.execute(db);
  await sql`
    insert into files.versions (id, tenant_id, file_id, version, object_key, bytes, received, sha256, content_type,
      state, scan, reason, uploaded_by, uploaded_name, created_at)
    select id, tenant_id, document_id, version, object_key, bytes, bytes, sha256, content_type,
      'ready', 'not scanned', ${REASON}, 'system', uploaded_by, created_at
    from knowledge.versions
    on conflict (file_id, version) do nothing`.execute(db);
}

/** An attachment names its object by a key that ends with an id, which its file has too. */
const earlier = sql`(
  select approval.tenant_id, approval.builder_id, approval.created_at, approval.submitted_by as uploaded_name,
    coalesce('user:' || approval.submitted_user, 'system') as owner, attachment->>'key' as key, attachment->>'name' as name,
    attachment->>'contentType' as content_type, (attachment->>'bytes')::bigint as bytes, right(attachment->>'key', 36)::uuid as id
  from approvals.approvals as approval, jsonb_array_elements(approval.attachments) as attachment
  where attachment->>'key' ~ '/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$') as earlier`;

async function attachments(db: Kysely<unknown>): Promise<void> {
  await sql`
    insert into files.files (id, tenant_id, name, category, origin, bucket, owner, owner_name, about, created_at)
    select id, tenant_id, name, 'attachment', 'approval', 'files', owner, uploaded_name,
      array['builder:' || builder_id], created_at
    from ${earlier}
    on conflict (id) do nothing`.execute(db);
  await sql`
    insert into files.versions (id, tenant_id, file_id, version, object_key, bytes, received, content_type,
      state, scan, reason, uploaded_by, uploaded_name, created_at)
    select id, tenant_id, id, 1, key, bytes, bytes, content_type,
      'ready', 'not scanned', ${REASON}, owner, uploaded_name, created_at
    from ${earlier}
    on conflict (file_id, version) do nothing`.execute(db);
}
