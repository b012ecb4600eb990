import { type IExecuteFunctions, jsonParse } from 'n8n-workflow';
import { isOfFile, type ManifestField, type ManifestOperation } from './manifest.ts';
import type { ReadParameter } from './parameters.ts';

interface FileValue {
  name: string;
  contentType: string;
  base64: string;
}

/** Whether an operation is given files. */
export function takesFiles({ fields }: ManifestOperation): boolean {
  return fields.some(({ file }) => file !== undefined);
}

/**
 * The files of one item by the fields that take them, and their names and types where the form leaves them open.
 *
 * @throws NodeOperationError when the item has no such binary field
 */
export async function filesOfItem(
  context: IExecuteFunctions,
  read: ReadParameter,
  op: ManifestOperation,
  itemIndex: number,
): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const field of op.fields) {
    if (!field.file) continue;
    const given = givenFor(field, read, itemIndex);
    if (field.file === 'list') {
      if (typeof given !== 'string' || given.trim() === '') continue;
      values[field.name] = await listOf(context, given.trim(), itemIndex);
    } else {
      const file = await fileOf(context, String(given), itemIndex);
      values[field.name] = file.base64;
      for (const own of ['name', 'contentType'] as const) {
        const other = field.file[own];
        if (isOfFile(op, other) && !read(other, itemIndex, '')) values[other] = file[own];
      }
    }
  }
  return values;
}

function givenFor(field: ManifestField, read: ReadParameter, itemIndex: number): unknown {
  if (field.required) return read(field.name, itemIndex);
  return (read('additionalFields', itemIndex, {}) as Record<string, unknown>)[field.name];
}

/** Binary fields by their names, or what an expression or a person wrote as JSON. */
async function listOf(context: IExecuteFunctions, given: string, itemIndex: number): Promise<FileValue[]> {
  if (given.startsWith('[')) return jsonParse<FileValue[]>(given);
  const names = given.split(',').map((name) => name.trim());
  return await Promise.all(names.map((name) => fileOf(context, name, itemIndex)));
}

async function fileOf(context: IExecuteFunctions, property: string, itemIndex: number): Promise<FileValue> {
  const { fileName, mimeType } = context.helpers.assertBinaryData(itemIndex, property);
  const content = await context.helpers.getBinaryDataBuffer(itemIndex, property);
  return { name: fileName ?? property, contentType: mimeType, base64: content.toString('base64') };
}
