import { type IDataObject, type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import { decodeText, type Encoding, UndecodableText } from '../shared/decode-text.generated.ts';
import { findOperation, type ManifestOperation, tablesOf } from './manifest.ts';

type RowsFrom = 'fields' | 'items' | 'files';

/** Where the rows come from; `fields` for operations that take no table. */
export function rowsFrom(context: IExecuteFunctions, op: ManifestOperation): RowsFrom {
  if (tablesOf(op).length === 0) return 'fields';
  return context.getNodeParameter('rowsFrom', 0, 'fields') as RowsFrom;
}

/**
 * All input items as the rows of the chosen table, by its field.
 *
 * @throws NodeOperationError when no table is chosen or an item gives no row
 */
export function rowsOfItems(context: IExecuteFunctions, op: ManifestOperation): Record<string, unknown> {
  const table = context.getNodeParameter('table', 0) as string;
  const field = tablesOf(op).find(({ name }) => name === table);
  if (!field) throw new NodeOperationError(context.getNode(), 'Choose a table for the rows');
  const known = new Set((field.columns ?? []).map(({ name }) => name));
  const rows = context.getInputData().map(({ json }, itemIndex) => {
    const mapping = context.getNodeParameter('columns', itemIndex) as {
      mappingMode?: string;
      value?: IDataObject | null;
    };
    const values = mapping.mappingMode === 'defineBelow' ? (mapping.value ?? {}) : json;
    const row = Object.entries(values).filter(([name]) => known.has(name));
    if (row.length > 0) return Object.fromEntries(row);
    throw new NodeOperationError(context.getNode(), `The item has no columns of the table ${table}`, {
      itemIndex,
      description: `Its columns are ${[...known].join(', ')}.`,
    });
  });
  return { [table]: rows };
}

/** The CSV files of one item, by the field that takes them. */
export async function tablesOfFiles(
  context: IExecuteFunctions,
  itemIndex: number,
): Promise<Record<string, unknown>> {
  const given = context.getNodeParameter('fileProperties', itemIndex, {}) as Record<string, string>;
  const named = Object.entries(given).filter(([, property]) => property !== '');
  if (named.length === 0) {
    throw new NodeOperationError(context.getNode(), 'Name the binary property of at least one file', {
      itemIndex,
    });
  }
  const encoding = context.getNodeParameter('encoding', itemIndex, 'auto') as Encoding;
  const tables: Record<string, unknown> = {};
  for (const [field, property] of named) {
    const { fileName } = context.helpers.assertBinaryData(itemIndex, property);
    const content = await context.helpers.getBinaryDataBuffer(itemIndex, property);
    tables[field] = textOf(context, itemIndex, fileName ?? property, content, encoding);
  }
  return tables;
}

function textOf(
  context: IExecuteFunctions,
  itemIndex: number,
  name: string,
  content: Buffer,
  encoding: Encoding,
): string {
  try {
    return decodeText(content, encoding);
  } catch (error) {
    if (!(error instanceof UndecodableText)) throw error;
    throw new NodeOperationError(context.getNode(), `${name} ${error.message}`, {
      itemIndex,
      description:
        'Nothing was imported. Save the file as "CSV UTF-8" and try again, or name its encoding in the parameter Encoding.',
    });
  }
}

/** The table that a form is being filled in for. */
export function chosenTable(resource: unknown, operation: unknown, table: unknown) {
  const op = findOperation(String(resource), String(operation));
  return op && tablesOf(op).find(({ name }) => name === table);
}
