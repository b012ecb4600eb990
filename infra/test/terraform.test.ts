import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorkplace, terraformVersion, type Workplace } from '../src/provider/terraform.ts';
import type { ProviderSchemas } from '../src/schema/schema.ts';
import { usedTypes } from '../src/schema/used-types.ts';

const version = await terraformVersion();
if (!version)
  console.log('Terraform is not on this machine: format, validation and terraform test were SKIPPED.');

const INFRA = join(import.meta.dirname, '..');

test('the rebuilt schemas have every type that the configuration uses', () => {
  const file = join(INFRA, 'schemas', 'aws.generated.json');
  const schemas = JSON.parse(readFileSync(file, 'utf8')) as ProviderSchemas;
  const used = usedTypes(join(INFRA, 'terraform'));
  expect(
    { resources: Object.keys(schemas.resources), data: Object.keys(schemas.data) },
    'npm run schemas -w infra',
  ).toEqual(used);
});

describe.skipIf(!version)(`Terraform ${version ?? '(not installed, skipped)'}`, () => {
  let work: Workplace;
  beforeAll(async () => {
    work = await openWorkplace();
  });
  afterAll(() => work?.remove());

  test('finds every file formatted', async () => {
    expect(await work.terraform('.', 'fmt', '-check', '-recursive')).toEqual({ code: 0, text: '' });
  });

  test.each(['.', 'examples/minimal', 'examples/production'])('takes %s', async (folder) => {
    expect((await work.terraform(folder, 'init', '-backend=false')).code).toBe(0);
    const { code, text } = await work.terraform(folder, 'validate');
    expect(text).toContain('The configuration is valid.');
    expect(code).toBe(0);
  });

  test('keeps its promises on a cloud that answers nothing of its own', async () => {
    const { code, text } = await work.terraform('.', 'test');
    expect(text).toMatch(/Success! \d+ passed, 0 failed/);
    expect(code).toBe(0);
  }, 240_000);

  test('refuses wrong types, unknown and missing arguments, each by name', async () => {
    const planted = await openWorkplace();
    const plant = (file: string, from: string, to: string) => {
      const path = join(planted.directory, file);
      const text = readFileSync(path, 'utf8');
      expect(text).toContain(from);
      writeFileSync(path, text.replace(from, to));
    };
    try {
      plant('mail.tf', 'reputation_metrics_enabled = true', 'reputation_metrics_enabled = "perhaps"');
      plant('cache.tf', 'node_type                  =', 'node_typ =');
      plant('kms.tf', 'customer_master_key_spec = "RSA_4096"', 'customer_master_key_spec = [4096]');
      plant('waf.tf', 'scope       = "REGIONAL"', '');
      plant(
        'modules/bucket/main.tf',
        'object_ownership = "BucketOwnerEnforced"',
        'object_owner = "BucketOwnerEnforced"',
      );
      expect((await planted.terraform('.', 'init', '-backend=false')).code).toBe(0);
      const { code, text } = await planted.terraform('.', 'validate');
      expect(code).toBe(1);
      for (const name of [
        'reputation_metrics_enabled',
        'node_typ',
        'customer_master_key_spec',
        '"scope"',
        'object_owner',
      ])
        expect(text).toContain(name);
    } finally {
      await planted.remove();
    }
  });
});
