import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { PLUGINS } from '../build.ts';
import { builtMarketplace } from './built.ts';

let folder: string;

beforeAll(async () => {
  folder = await builtMarketplace();
});

type Form = Record<string, { type?: string; list?: { value: string }[] }>;

describe.each(PLUGINS)('the marketplace folder of %s', (id) => {
  const read = (path: string) => readFile(join(folder, id, path), 'utf8');

  test('is known by the id of the plugin, which no built-in data source has', async () => {
    const manifest = JSON.parse(await read('lib/manifest.json'));
    expect(manifest.source.kind).toBe(id);
    expect(Object.keys(manifest.properties)).toEqual(Object.keys(manifest.source.options));
  });

  test('offers only operations that the bundle names, with field types that every ToolJet takes', async () => {
    const { properties, defaults } = JSON.parse(await read('lib/operations.json'));
    const bundle = await read('dist/index.js');
    const { resource, ...groups } = properties as Form & Record<string, Form>;
    expect(resource?.list?.map(({ value }) => value)).toEqual(Object.keys(groups));
    for (const group of Object.values(groups)) {
      const { operation, ...forms } = group as Form;
      const values = operation?.list?.map(({ value }) => value) ?? [];
      expect(Object.keys(forms)).toEqual(values);
      for (const value of values) expect(bundle).toMatch(new RegExp(`['"]${value.replace('.', '\\.')}['"]`));
      for (const form of Object.values(forms)) {
        for (const field of Object.values(form as Form)) expect(field.type).toBe('codehinter');
      }
    }
    expect(groups[defaults.resource]).toHaveProperty([defaults.operation]);
  });

  test('needs nothing but Node, and keeps the name of its error', async () => {
    const bundle = await read('dist/index.js');
    const required = [...bundle.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name);
    for (const name of required) expect(name).toMatch(/^node:/);
    expect(bundle).toMatch(/class QueryError extends Error/);
    expect(bundle).not.toMatch(/\{\{[A-Z_]+\}\}/);
  });
});
