import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { up } from '../../../../migrations/0055-stored-before-files.ts';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { databaseKinds, type TestDatabase } from '../../../../test/databases.ts';
import { freePort } from '../../../../test/ports.ts';

describe.each(databaseKinds())('what was stored before there were files on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let tenantId: string;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase, { PORT: String(await freePort()) });
    ({ tenantId } = await api.client.identity.whoami({}));
  });
  afterAll(async () => {
    await api?.stop();
    await testDatabase?.remove();
  });

  const system = () => api.context.database.system('the test stores rows as an earlier release did');

  test('a policy and an attachment become files that are ready, once', async () => {
    const [documentId, approvalId, attachmentId] = [uuidv7(), uuidv7(), uuidv7()];
    const keys = [uuidv7(), uuidv7()].map((id) => `policies/${tenantId}/${id}`);
    await sql`
      insert into knowledge.documents (id, tenant_id, folder, name, title, version, created_by)
      values (${documentId}, ${tenantId}, 'policies', 'old.md', 'Old', 2, 'Ann')`.execute(system());
    for (const [at, key] of keys.entries()) {
      await api.context.objects.put(key, Buffer.from(`Version ${at + 1}`));
      await sql`
        insert into knowledge.versions (id, tenant_id, document_id, version, object_key, content_type, bytes, sha256,
          uploaded_by)
        values (${uuidv7()}, ${tenantId}, ${documentId}, ${at + 1}, ${key}, 'text/markdown', 9, ${'0'.repeat(64)},
          'Ann')`.execute(system());
    }
    const key = `approvals/${tenantId}/${approvalId}/${attachmentId}`;
    const attachments = JSON.stringify([{ key, name: 'note.txt', contentType: 'text/plain', bytes: 4 }]);
    await sql`
      insert into approvals.approvals (id, tenant_id, state, builder_id, day, week, hours, category, justification,
        attachments, submitted_by)
      values (${approvalId}, ${tenantId}, 'approved', 'b-1', '2026-01-05', '2026-W02', 1, 'meeting', 'A call',
        ${attachments}::jsonb, 'Ann')`.execute(system());

    const owner = system() as unknown as Kysely<unknown>;
    await up(owner);
    await up(owner);

    const file = await api.client.file.get({ fileId: documentId });
    expect(file).toMatchObject({ name: 'old.md', origin: 'policy', readyVersion: 2, scan: 'not scanned' });
    expect(file.versions.map(({ version, state }) => [version, state])).toEqual([
      [2, 'ready'],
      [1, 'ready'],
    ]);
    const { versions } = await api.client.policy.get({ documentId });
    expect(await (await fetch(versions.at(-1)?.url ?? '')).text()).toBe('Version 1');
    const attachment = await api.client.file.get({ fileId: attachmentId });
    expect(attachment).toMatchObject({ name: 'note.txt', origin: 'approval', bytes: 4, state: 'ready' });
    const next = await api.client.policy.upload({
      folder: 'policies',
      name: 'old.md',
      base64: Buffer.from('# New').toString('base64'),
    });
    expect(next).toMatchObject({ documentId, version: 3 });
  });
});
