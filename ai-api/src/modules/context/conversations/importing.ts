import { invalidField, Problem } from '../../../http/problem.ts';
import type { Actor } from '../../shared/audit/index.ts';
import { FileTooLarge, importFile } from '../formats/index.ts';
import { ForeignFile, type Imported } from '../formats/model.ts';
import type { SaveOptions } from './fields.ts';
import { type createSave, refusal, type SaveResult } from './save.ts';
import type { Owner } from './session.ts';

export interface ImportInput {
  files: readonly { name: string; base64: string }[];
  private?: boolean | undefined;
  restore: boolean;
}

const MAX_BYTES = 20 * 1024 * 1024;
/** Broken lines that a report names. */
const MAX_SKIPS = 20;

/** Imports files, each on its own: what is wrong with one does not keep out the others. */
export function createImporting(save: ReturnType<typeof createSave>) {
  async function one(actor: Actor, owner: Owner, name: string, bytes: Uint8Array, options: SaveOptions) {
    const read = readFile(name, bytes);
    if ('refused' in read) return { ...EMPTY, name, refused: read.refused };
    const conversations = [];
    for (const conversation of read.conversations) {
      const { record, refused, redactions, ...counts } = await save(
        actor,
        owner,
        conversation,
        options,
      ).catch(withinQuota);
      conversations.push({
        id: record?.id ?? null,
        sessionId: conversation.sessionId,
        title: record?.title ?? '',
        refused: refused?.reason ?? null,
        redactions,
        ...counts,
      });
    }
    return {
      name,
      tool: read.tool,
      refused: null,
      records: read.records,
      skipped: read.skippedCount,
      skips: read.skipped.slice(0, MAX_SKIPS).map(({ at, reason }) => ({ at: String(at), reason })),
      redactions: conversations.reduce((sum, { redactions }) => sum + redactions, 0),
      conversations,
    };
  }

  return async (actor: Actor, owner: Owner, { files, restore, ...input }: ImportInput) => {
    const options: SaveOptions = { isPrivate: input.private, restore };
    const reports = [];
    let total = 0;
    for (const [index, { name, base64 }] of files.entries()) {
      const bytes = Buffer.from(base64, 'base64');
      total += bytes.length;
      if (total > MAX_BYTES) throw invalidField(`files.${index}`, 'files must be at most 20 MB together');
      reports.push(await one(actor, owner, name, bytes, options));
    }
    const all = reports.flatMap(({ conversations }) => conversations);
    const sum = (field: 'added' | 'changed' | 'unchanged') =>
      all.reduce((total, conversation) => total + conversation[field], 0);
    return {
      files: reports,
      conversations: all.filter(({ created }) => created).length,
      messages: { added: sum('added'), changed: sum('changed'), unchanged: sum('unchanged') },
    };
  };
}

const EMPTY = { tool: null, records: 0, skipped: 0, skips: [], redactions: 0, conversations: [] };

/** What is beyond the quota of the day is reported, so that the rest of the file is imported. */
function withinQuota(error: unknown): SaveResult {
  if (error instanceof Problem && error.code === 'QUOTA_EXCEEDED') return refusal('quota', error.message);
  throw error;
}

function readFile(name: string, bytes: Uint8Array): Imported | { refused: string } {
  try {
    return importFile(bytes, { fileName: name.split(/[/\\]/).at(-1) });
  } catch (error) {
    if (error instanceof ForeignFile || error instanceof FileTooLarge) return { refused: error.message };
    throw error;
  }
}
