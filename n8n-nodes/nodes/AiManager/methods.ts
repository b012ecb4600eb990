import type {
  IDataObject,
  ILoadOptionsFunctions,
  INodeListSearchResult,
  INodePropertyOptions,
  INodeType,
  ResourceMapperFields,
} from 'n8n-workflow';
import { openSession } from '../shared/transport.ts';
import { labelOf, loadMethod, searchMethod } from './field-property.ts';
import type { Manifest, ManifestChoices, ManifestField, ManifestLocator } from './manifest.ts';
import { chosenTable } from './tables.ts';

const PAGE_SIZE = 100;
/** Pages read for one search of a list that the API cannot search. */
const MAX_PAGES = 10;

/** What the form asks while it is filled in: lists to pick from, values, columns. */
export function nodeMethods({ resources }: Manifest): NonNullable<INodeType['methods']> {
  const fields = resources.flatMap(({ operations }) => operations.flatMap((op) => op.fields));
  const locators = present(fields.map(({ locator }) => locator));
  const choices = present(fields.map((field) => field.choices));
  return {
    listSearch: Object.fromEntries(locators.map((locator) => [searchMethod(locator), search(locator)])),
    loadOptions: Object.fromEntries(choices.map((choice) => [loadMethod(choice), load(choice)])),
    resourceMapping: { getColumns },
  };
}

function search(locator: ManifestLocator) {
  return async function (
    this: ILoadOptionsFunctions,
    filter?: string,
    paginationToken?: string,
  ): Promise<INodeListSearchResult> {
    const session = openSession(this);
    const wanted = filter?.trim() ?? '';
    let cursor = paginationToken;
    for (let page = 0; ; page++) {
      const query = {
        limit: PAGE_SIZE,
        ...(cursor ? { cursor } : {}),
        ...(locator.search && wanted ? { search: wanted } : {}),
      };
      const { body } = await session.send({ method: 'GET', path: locator.path, query });
      const { items = [], nextCursor } = body as { items?: IDataObject[]; nextCursor?: string | null };
      const found = items.map((row) => choiceOf(row, locator));
      const results = locator.search ? found : found.filter((choice) => holds(choice, wanted));
      cursor = nextCursor ?? undefined;
      if (results.length > 0 || cursor === undefined || page + 1 === MAX_PAGES) {
        return { results, ...(cursor ? { paginationToken: cursor } : {}) };
      }
    }
  };
}

function choiceOf(row: IDataObject, { id, shown }: ManifestLocator): { name: string; value: string } {
  const value = String(row[id]);
  const [name, ...details] = shown.map((field) => row[field]).filter((text) => text !== null && text !== '');
  const said = details.length > 0 ? ` (${details.join(', ')})` : '';
  return { name: name === undefined ? value : `${name}${said}`, value };
}

function holds({ name, value }: { name: string; value: string }, wanted: string): boolean {
  return `${name}\n${value}`.toLowerCase().includes(wanted.toLowerCase());
}

function load({ path, value }: ManifestChoices) {
  return async function (this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
    const { body } = await openSession(this).send({ method: 'GET', path });
    const { items = [] } = body as { items?: IDataObject[] };
    const values = new Set(items.map((row) => String(row[value])));
    return [...values].sort().map((one) => ({ name: one, value: one }));
  };
}

async function getColumns(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
  const parameter = (name: string) => this.getCurrentNodeParameter(name);
  const field: ManifestField | undefined = chosenTable(
    parameter('resource'),
    parameter('operation'),
    parameter('table'),
  );
  return {
    fields: (field?.columns ?? []).map((column) => ({
      id: column.name,
      displayName: labelOf(column),
      required: column.required,
      defaultMatch: false,
      canBeUsedToMatch: false,
      display: true,
      type: column.type === 'date' ? 'string' : column.type,
      ...(column.options ? { options: column.options } : {}),
    })),
  };
}

function present<T>(values: (T | undefined)[]): T[] {
  return values.filter((value) => value !== undefined);
}
