import type {
  IBinaryKeyData,
  IDataObject,
  ILoadOptionsFunctions,
  INodeParameters,
  NodeParameterValueType,
} from 'n8n-workflow';
import { expect } from 'vitest';
import type { CallOperation } from '../../../ai-api/test/operations/run.ts';
import { loadMethod, searchMethod } from '../../nodes/AiManager/field-property.ts';
import {
  findOperation,
  type ManifestField,
  type ManifestOperation,
  tablesOf,
} from '../../nodes/AiManager/manifest.ts';
import { aiManager, type Engine, outputOf, start } from './engine.mts';

type Input = Record<string, unknown>;

/** Calls by the AI Manager node on n8n's engine, its parameters as an operator fills them in. */
export function viaNode(engine: Engine): CallOperation {
  let executions = 0;
  const picked = new Set<string>();

  /** What the form's lists and choices have to offer must hold what is picked from them. */
  async function pick(field: ManifestField, value: unknown): Promise<NodeParameterValueType> {
    const node = aiManager({});
    const methods = engine.node('aiManager').methods;
    const context = engine.loadOptions(engine.workflow([node]), node) as ILoadOptionsFunctions;
    if (field.choices) {
      const choices = await methods?.loadOptions?.[loadMethod(field.choices)]?.call(context);
      expect(choices?.map((choice) => choice.value)).toContain(value);
    }
    if (!field.locator) return value as NodeParameterValueType;
    const name = searchMethod(field.locator);
    if (picked.has(name)) return { __rl: true, mode: 'id', value: value as string };
    picked.add(name);
    const search = async (filter?: string) =>
      (await methods?.listSearch?.[name]?.call(context, filter))?.results.find((one) => one.value === value);
    const row = (await search()) ?? (await search(String(value)));
    expect(row, `${name} finds ${value}`).toBeDefined();
    return { __rl: true, mode: 'list', value: value as string, cachedResultName: row?.name ?? '' };
  }

  async function widget(field: ManifestField, value: unknown): Promise<NodeParameterValueType> {
    if (value === null) return '={{ null }}';
    if (field.type === 'json') return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
    if (field.type === 'date') return `${value}T00:00:00`;
    if (field.type === 'dateTime') return wallTime(String(value));
    return await pick(field, value);
  }

  async function parametersOf(op: ManifestOperation, input: Input): Promise<INodeParameters> {
    const required: INodeParameters = {};
    const optional: INodeParameters = {};
    for (const field of op.fields) {
      if (!(field.name in input) || input[field.name] === undefined) continue;
      (field.required ? required : optional)[field.name] = await widget(field, input[field.name]);
    }
    return { ...required, additionalFields: optional };
  }

  return async ({ operation, op }, input, { actingFor }) => {
    const [resource = '', key = ''] = operation.split('.');
    const found = findOperation(resource, key) as ManifestOperation;
    const files = filesOf(found, input);
    const sent = uploadsOf(found, input);
    const left = new Set([...Object.keys(files), ...sent.fields]);
    const rest = Object.fromEntries(Object.entries(input).filter(([name]) => !left.has(name)));
    const parameters: INodeParameters = {
      resource,
      operation: key,
      ...withUploads(await parametersOf(found, rest), sent),
      ...(Object.keys(files).length > 0
        ? { rowsFrom: 'files', fileProperties: Object.fromEntries(Object.keys(files).map((n) => [n, n])) }
        : {}),
      ...(found.list && input.limit !== undefined
        ? { returnAll: false, limit: input.limit as number }
        : { returnAll: true }),
      ...(found.files.length > 0 ? { downloadFiles: true } : {}),
      simplify: false,
      options: actingFor ? { actingFor } : {},
    };
    const workflow = engine.workflow([start(), aiManager(parameters)]);
    const options = { executionId: `step-${++executions}`, binary: { ...files, ...sent.binary } };
    const { resultData } = (await engine.run(workflow, [{}], options)).data;
    if (resultData.error) throw new Error(`${resultData.error.message} ${resultData.error.description}`);
    const items = outputOf({ data: { resultData } } as never, 'AI Manager');
    for (const { pairedItem } of items) expect(pairedItem).toEqual({ item: 0 });
    const rows = items.map(({ json }) => json);
    for (const name of found.files) checkFiles(name, rows[0] ?? {}, items[0]?.binary ?? {});
    if (found.list) return { items: rows, nextCursor: null };
    if (op.status !== 204) return rows[0];
    expect(rows).toEqual([{ success: true }]);
    return undefined;
  };
}

interface Uploads {
  /** Fields that the files stand for. */
  fields: string[];
  binary: IBinaryKeyData;
  /** Parameters that name the files. */
  required: INodeParameters;
  optional: INodeParameters;
}

/** Files that the API takes as base64 are binary fields of the item; their names and types are their own. */
function uploadsOf(op: ManifestOperation, input: Input): Uploads {
  const uploads: Uploads = { fields: [], binary: {}, required: {}, optional: {} };
  for (const { name, file, required } of op.fields) {
    if (!file || input[name] === undefined) continue;
    const isList = file === 'list';
    const list = (isList ? input[name] : [{ ...input, base64: input[name] }]) as Upload[];
    const keys = list.map((_, index) => (isList ? `${name}_${index}` : 'data'));
    for (const [index, { base64: data, contentType: mimeType, name: fileName }] of list.entries())
      uploads.binary[keys[index] as string] = { data, mimeType, fileName };
    uploads.fields.push(name, ...(isList ? [] : Object.values(file)));
    (isList && !required ? uploads.optional : uploads.required)[name] = keys.join(', ');
  }
  return uploads;
}

interface Upload {
  name: string;
  contentType: string;
  base64: string;
}

function withUploads(parameters: INodeParameters, { required, optional }: Uploads): INodeParameters {
  const { additionalFields, ...rest } = parameters;
  return {
    ...rest,
    ...required,
    additionalFields: { ...(additionalFields as INodeParameters), ...optional },
  };
}

/** Tables that are given as CSV text travel as files of the item. */
function filesOf(op: ManifestOperation, input: Input): IBinaryKeyData {
  const named = tablesOf(op).filter(({ name }) => typeof input[name] === 'string');
  return Object.fromEntries(
    named.map(({ name }) => {
      const data = Buffer.from(String(input[name])).toString('base64');
      return [name, { data, mimeType: 'text/csv', fileName: `${name}.csv` }];
    }),
  );
}

function checkFiles(name: string, answer: IDataObject, binary: IBinaryKeyData): void {
  const told = [answer[name]].flat().filter((file) => file !== null) as { name: string; bytes?: number }[];
  const keys = Array.isArray(answer[name]) ? told.map((_, index) => `${name}_${index}`) : [name];
  for (const [index, { name: fileName, bytes = answer.bytes as number }] of told.entries()) {
    const file = binary[keys[index] as string];
    expect(file?.fileName).toBe(fileName);
    expect(Buffer.from(file?.data ?? '', 'base64')).toHaveLength(bytes);
  }
}

/** An instant as the date picker writes it: without an offset, in the timezone of the workflow. */
function wallTime(instant: string): string {
  const text = new Date(instant).toLocaleString('sv-SE', { timeZone: 'Europe/Berlin' });
  return text.replace(' ', 'T');
}
