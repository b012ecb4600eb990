import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '../nodes/AiManager/manifest.ts';
import generated from '../nodes/AiManager/operations.generated.json' with { type: 'json' };
import { nodeProperties, OWN_PARAMETERS } from '../nodes/AiManager/properties.ts';
import { sampleManifest } from './support/sample-manifest.mts';

const manifest = generated as Manifest;
const properties = nodeProperties(manifest);
const operations = manifest.resources.flatMap((resource) =>
  resource.operations.map((op) => ({ id: op.id, resource: resource.id, op })),
);

/** Parameters that n8n shows for an operation. */
function shownFor(resource: string, operation: string, all = properties): INodeProperties[] {
  return all.filter(({ displayOptions }) => {
    const { resource: resources, operation: keys } = displayOptions?.show ?? {};
    return resources?.includes(resource) && keys?.includes(operation);
  });
}

function everyProperty(list: INodeProperties[]): INodeProperties[] {
  return list.flatMap((property) => [
    property,
    ...(property.type === 'collection' ? everyProperty(property.options as INodeProperties[]) : []),
  ]);
}

describe('the form of the action node', () => {
  test('offers every operation of the manifest under its resource', () => {
    const selectors = properties.filter(({ name }) => name === 'operation');
    const offered = selectors.flatMap(({ displayOptions, options }) =>
      (options as INodePropertyOptions[]).map(
        ({ value }) => `${displayOptions?.show?.resource?.[0]}.${value}`,
      ),
    );
    expect(offered.sort()).toEqual(operations.map(({ id }) => id).sort());
  });

  test.each(operations)(
    '$id shows required fields first and keeps the others in Additional Fields',
    ({ resource, op }) => {
      const shown = shownFor(resource, op.key);
      const required = op.fields.filter((field) => field.required).map(({ name }) => name);
      const optional = op.fields.filter((field) => !field.required).map(({ name }) => name);
      expect(shown.slice(0, required.length).map(({ name }) => name)).toEqual(required);
      const collection = shown.find(({ name }) => name === 'additionalFields');
      expect((collection?.options ?? []).map(({ name }) => name).sort()).toEqual(optional.sort());
      expect(shown.some(({ name }) => name === 'returnAll')).toBe(op.list);
      expect(shown.some(({ name }) => name === 'simplify')).toBe(op.simplified.length > 0);
    },
  );

  test.each(operations)('$id has no field that a parameter of the node would hide', ({ op }) => {
    const names = op.fields.map(({ name }) => name);
    const own = OWN_PARAMETERS.filter((name) => op.list || (name !== 'limit' && name !== 'returnAll'));
    expect(names.filter((name) => (own as string[]).includes(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  test('selects nothing for a required choice, so that nobody grades by accident', () => {
    const choices = everyProperty(properties).filter(({ type, required }) => type === 'options' && required);
    expect(choices.length).toBeGreaterThan(0);
    expect(choices.map(({ default: value }) => value)).toEqual(choices.map(() => ''));
  });

  test('writes as n8n does: title case labels, acronyms, no full stop after one sentence', () => {
    for (const { displayName, description = '' } of everyProperty(properties)) {
      expect(displayName).toMatch(/^[A-Z]/);
      expect(displayName).not.toMatch(/\b(Id|Url|Json)\b/);
      expect(description).not.toMatch(/^[^.]+\.$/);
    }
  });

  test('gives every kind of field its widget', () => {
    const shown = shownFor('thing', 'make', nodeProperties(sampleManifest));
    const collection = shown.find(({ name }) => name === 'additionalFields')?.options as INodeProperties[];
    const widgets = collection.map(({ name, type, default: value, typeOptions }) => ({
      name,
      type,
      value,
      typeOptions,
    }));
    expect(widgets).toEqual([
      { name: 'at', type: 'dateTime', value: '', typeOptions: undefined },
      { name: 'loud', type: 'boolean', value: false, typeOptions: undefined },
      { name: 'rows', type: 'json', value: '', typeOptions: { rows: 5 } },
      { name: 'size', type: 'number', value: 1, typeOptions: { minValue: 1 } },
      { name: 'tags', type: 'multiOptions', value: [], typeOptions: undefined },
    ]);
  });
});
