import { Readable } from 'node:stream';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import { lasting } from '../../../platform/lasting-subject.ts';
import type { NamedPersonalData } from '../../../platform/personal-data.ts';
import { record, systemActor } from '../audit/index.ts';
import { type Catalogue, readCatalogue } from './engine/catalogue.ts';
import { rowsOf } from './engine/matching.ts';
import { knownAs, type Person } from './engine/person.ts';
import { eachRow } from './engine/rows.ts';
import type { Parts } from './parts.ts';
import { declaredBy } from './preview.ts';
import { changeRequest, companyExports, findRequest, type RequestRecord } from './store.ts';
import { type Entry, type Packed, zip } from './zip.ts';

/** Days for which the file of an export is kept. */
export const FILE_DAYS = 30;

/** Columns that no export of a company contains, beside those that modules withhold. */
const SECRET = /(^|_)(secret|hash|token|credential|sealed|private_key|salt)(_|$)/;

/** Makes the file of an export and ends the request; a process that dies in between begins again. */
export async function makeExport(
  parts: Parts,
  tenantId: string,
  request: RequestRecord,
  person: Person | null,
): Promise<void> {
  const { database, files, now } = parts;
  const packed: Packed[] = [];
  const counts: Record<string, number> = {};
  const catalogue = await database.withTenant(tenantId, readCatalogue);
  const source = { parts, tenantId, catalogue, counts };
  async function* entries() {
    if (person) yield* ofPerson(source, person);
    else yield* ofCompany(source);
    yield { path: 'manifest.json', content: [manifest(request, person, packed, counts, now())] };
  }
  const body = Readable.from(zip(entries(), (one) => packed.push(one)));
  const stored = await files.store(tenantId, 'exports', 'export', body, 'application/zip');
  const actor = systemActor(tenantId, 'privacyRequest.export');
  await database.withTenant(tenantId, async (transaction) => {
    const row = await findRequest(transaction, request.id, { isLocked: true });
    if (row?.state !== 'running') return;
    const { file_id } = await files.attachMade(transaction, actor, stored, {
      name: `export-${request.id}.zip`,
      category: 'export',
      origin: 'audit',
      contentType: 'application/zip',
      about: person?.subjects ?? ['company'],
    });
    await changeRequest(transaction, request.id, {
      state: 'done',
      ended_at: now(),
      person: null,
      file_id,
      file_until: new Date(now().getTime() + FILE_DAYS * DAY_MS),
    });
    await parts.events.publish(transaction, tenantId, 'privacy.request.changed', {
      requestId: request.id,
      kind: request.kind,
      state: 'done',
    });
    await record(transaction, actor, {
      subject: `privacy-request:${request.id}`,
      details: [
        {
          about: person?.subjects.map(lasting) ?? [],
          content: { files: packed.length, sha256: stored.sha256 },
        },
      ],
    });
  });
}

/** Deletes exports of the whole company, which hold a person who is erased. @returns how many */
export async function removeCompanyExports(
  { files }: Pick<Parts, 'files'>,
  transaction: TenantTransaction,
  tenantId: string,
): Promise<number> {
  const rows = await companyExports(transaction);
  for (const { id, file_id } of rows) {
    if (file_id) await files.remove(transaction, tenantId, file_id);
    await changeRequest(transaction, id, { file_id: null });
  }
  return rows.length;
}

interface Source {
  parts: Parts;
  tenantId: string;
  catalogue: Catalogue;
  counts: Record<string, number>;
}

async function* ofPerson(
  { parts, tenantId, catalogue, counts }: Source,
  person: Person,
): AsyncGenerator<Entry> {
  const hooks = parts.hooks();
  const declared = declaredBy(hooks);
  for (const { module, tables } of hooks)
    for (const declaration of tables) {
      const table = catalogue.get(declaration.table);
      const where = rowsOf(declaration, declared, knownAs(person));
      if (!table || !where || declaration.exported === false) continue;
      const page = { table, where, withheld: declaration.withheld ?? [] };
      const path = `data/${module}/${table.name}.jsonl`;
      yield* unlessEmpty(path, countedLines(eachRow(parts.database, tenantId, page), table.name, counts));
    }
  for (const hook of hooks) yield* recordsOf(parts, tenantId, hook, person);
  yield* filesOf(parts, tenantId, hooks, person);
  yield {
    path: 'disclosure.json',
    content: [json(hooks.map(({ module, disclosure }) => ({ module, ...disclosure })))],
  };
}

async function* recordsOf(
  { database }: Parts,
  tenantId: string,
  { about, module }: NamedPersonalData,
  person: Person,
): AsyncGenerator<Entry> {
  if (!about) return;
  const found: object[] = [];
  for (const subject of person.subjects) {
    const record = await database.withTenant(tenantId, (transaction) => about(transaction, subject));
    if (record !== null) found.push({ subject, ...record });
  }
  if (found.length > 0) yield { path: `records/${module}.json`, content: [json(found)] };
}

async function* filesOf(
  { database, files }: Parts,
  tenantId: string,
  hooks: readonly NamedPersonalData[],
  person: Person,
): AsyncGenerator<Entry> {
  const seen = new Set<string>();
  for (const { files: filesAbout } of hooks) {
    if (!filesAbout) continue;
    for (const subject of person.subjects) {
      const found = await database.withTenant(tenantId, (transaction) => filesAbout(transaction, subject));
      for (const { fileId, version, name } of found) {
        if (seen.has(fileId)) continue;
        seen.add(fileId);
        const content = await files.open(tenantId, fileId, version);
        if (content) yield { path: `files/${fileId}/${safe(name)}`, content };
      }
    }
  }
}

async function* ofCompany({ parts, tenantId, catalogue, counts }: Source): AsyncGenerator<Entry> {
  const declared = declaredBy(parts.hooks());
  for (const table of catalogue.values()) {
    const secrets = table.columns
      .map(({ name }) => name)
      .filter((name) => SECRET.test(name) && !table.key.includes(name) && !isChain(table.name));
    const withheld = [...secrets, ...(declared.get(table.name)?.withheld ?? [])];
    const rows = eachRow(parts.database, tenantId, { table, where: null, withheld });
    yield { path: `data/${table.name}.jsonl`, content: countedLines(rows, table.name, counts) };
  }
}

async function* countedLines(
  rows: AsyncIterable<string>,
  table: string,
  counts: Record<string, number>,
): AsyncGenerator<string> {
  for await (const row of rows) {
    counts[table] = (counts[table] ?? 0) + 1;
    yield `${row}\n`;
  }
}

/** An entry, unless there is nothing in it. */
async function* unlessEmpty(path: string, lines: AsyncGenerator<string>): AsyncGenerator<Entry> {
  const first = await lines.next();
  if (first.done) return;
  async function* all() {
    yield first.value as string;
    yield* lines;
  }
  yield { path, content: all() };
}

function manifest(
  request: RequestRecord,
  person: Person | null,
  files: readonly Packed[],
  rows: Record<string, number>,
  now: Date,
): string {
  return json({
    format: 'ai-manager-privacy-export/1',
    requestId: request.id,
    exportedAt: now.toISOString(),
    about: person
      ? { subjects: person.subjects, names: [...person.names, ...person.sharedNames] }
      : 'the company',
    rows,
    files,
    notContained: person
      ? 'Copies in backups, logs, mail that was delivered, and what connected systems hold.'
      : 'Files in the object store, secrets, search indexes, what workflows and their steps took and answered, the job queue, copies in backups and logs.',
  });
}

/** The hashes of the audit trail are no secrets: they prove it. */
const isChain = (table: string) => table.startsWith('audit.');
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const safe = (name: string) => name.replaceAll(/[/\\\p{Cc}]/gu, '_').replace(/^\.+/, '_');
