import type { IBinaryKeyData, IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { downloadFile } from '../shared/transport.ts';
import type { ManifestOperation } from './manifest.ts';

interface ApiFile {
  name: string;
  contentType: string;
  url: string;
}

/**
 * The files that an answer names, as binary data: a single one under its field, several as `<field>_0` and
 * so on.
 */
export async function filesOf(
  context: IExecuteFunctions,
  op: ManifestOperation,
  answer: IDataObject,
  timeoutMs: number | undefined,
  itemIndex: number,
): Promise<IBinaryKeyData> {
  const binary: IBinaryKeyData = {};
  for (const field of op.files) {
    const value = answer[field] as ApiFile | ApiFile[] | null | undefined;
    const list = Array.isArray(value) ? value : value ? [value] : [];
    for (const [index, file] of list.entries()) {
      const content = await downloadFile(context, file.url, timeoutMs, itemIndex);
      const key = Array.isArray(value) ? `${field}_${index}` : field;
      binary[key] = await context.helpers.prepareBinaryData(content, file.name, file.contentType);
    }
  }
  return binary;
}
