import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';
import { DOCX, ODT, PDF, PPTX, XLSX, ZIP, ZIP_BASED } from '../vocabulary.ts';
import type { Expected } from './index.ts';
import { Refused } from './refused.ts';
import { endsAsZip, tailOf } from './zip.ts';

const HEAD_BYTES = 64 * 1024;
const MAX_JSON_BYTES = 50 * 1024 * 1024;
/** Where readers of PDF still look for its first line. */
const PDF_HEAD_BYTES = 1024;

/**
 * Holds the content of a file against the type that it was uploaded as: known formats by their magic numbers, text by
 * its bytes. A file that is of two formats at once is refused.
 * @throws {Refused}
 */
export async function checkContent(
  path: string,
  { contentType: claimed, types, anyEncoding = false }: Omit<Expected, 'requireScan'>,
): Promise<void> {
  if (!types.includes(claimed)) throw new Refused(`Files of the type ${claimed} are not accepted here.`);
  const { head, size } = await headOf(path);
  if (size === 0) throw new Refused('The file is empty.');
  const isCompound = head.subarray(0, COMPOUND_MAGIC.length).equals(COMPOUND_MAGIC);
  const found = isCompound ? COMPOUND : (await fileTypeFromFile(path))?.mime;
  if (!isText(claimed) && !isSameType(claimed, found)) throw otherType(claimed, found);
  if (claimed in ZIP_BASED) return;
  const name = nameOf(claimed);
  if (endsAsZip(await tailOf(path))) throw new Refused(`It is ${name} and a ZIP archive at once.`);
  if (isText(claimed)) return checkText(path, claimed, found, { size, anyEncoding });
  const isAlsoPdf = claimed !== PDF && head.subarray(0, PDF_HEAD_BYTES).includes('%PDF-');
  if (isAlsoPdf) throw new Refused(`It is ${name} and a PDF at once.`);
}

const NAMES: Readonly<Record<string, string>> = {
  [PDF]: 'a PDF',
  [DOCX]: 'a Word document (.docx)',
  [XLSX]: 'an Excel workbook (.xlsx)',
  [PPTX]: 'a PowerPoint presentation (.pptx)',
  [ODT]: 'an OpenDocument text',
  [ZIP]: 'a ZIP archive',
};

function nameOf(type: string): string {
  return NAMES[type] ?? type;
}

/** Containers of old Office files, which encrypted new ones are in too. */
const COMPOUND = 'application/x-cfb';
const COMPOUND_MAGIC = Buffer.from('d0cf11e0a1b11ae1', 'hex');

function otherType(claimed: string, found: string | undefined): Refused {
  if (found === COMPOUND && claimed in ZIP_BASED)
    return new Refused(`It is not ${nameOf(claimed)}: it is encrypted, or of an old format such as .doc.`);
  return new Refused(
    `It is not ${nameOf(claimed)}: its content is ${found ? nameOf(found) : 'of no known type'}.`,
  );
}

/** Documents that are ZIP archives are told apart by their entries, which are read later. */
function isSameType(claimed: string, found: string | undefined): boolean {
  return found === claimed || (found === ZIP && claimed in ZIP_BASED);
}

async function headOf(path: string): Promise<{ head: Buffer; size: number }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return { head: buffer.subarray(0, bytesRead), size };
  } finally {
    await file.close();
  }
}

function isText(type: string): boolean {
  return type.startsWith('text/') || type === 'application/json' || type === 'application/x-ndjson';
}

/** Formats without a magic number of their own that are text all the same. */
const TEXT_FORMATS = new Set(['application/xml', 'image/svg+xml', 'application/json', 'text/html']);

async function checkText(
  path: string,
  claimed: string,
  found: string | undefined,
  { size, anyEncoding }: { size: number; anyEncoding: boolean },
): Promise<void> {
  if (found !== undefined && !TEXT_FORMATS.has(found) && !found.startsWith('text/'))
    throw otherType(claimed, found);
  if (!anyEncoding && !(await isAllUtf8(path))) throw new Refused('The text is not UTF-8.');
  if (claimed !== 'application/json' || size > MAX_JSON_BYTES) return;
  try {
    JSON.parse(await readFile(path, 'utf8'));
  } catch {
    throw new Refused('It is not valid JSON.');
  }
}

/** Whether all of a file is UTF-8; it is read piece by piece. */
async function isAllUtf8(path: string): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(path)) decoder.decode(chunk as Buffer, { stream: true });
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
