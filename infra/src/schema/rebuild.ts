import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBinding } from './read-binding.ts';
import type { Block, ProviderSchemas } from './schema.ts';
import { usedTypes } from './used-types.ts';

const PACKAGE = '@cdktn/provider-aws@25.7.0';
const ROOT = join(import.meta.dirname, '..', '..');
const TARGET = join(ROOT, 'schemas', 'aws.generated.json');

/** Members that are recursive without end in HCL; the configuration says them as JSON instead. */
const LEFT_OUT: Record<string, string[]> = { aws_wafv2_web_acl: ['rule'] };

/**
 * `npm run schemas -w infra`: rebuilds the schemas of the types that `terraform/` uses from the npm package
 * that is generated from the provider. Takes the package from npm, or unpacked from the directory given.
 */
function main(given: string | undefined): void {
  const directory = given ?? unpack();
  try {
    const lib = join(directory, 'package', 'lib');
    const used = usedTypes(join(ROOT, 'terraform'));
    const schemas: ProviderSchemas = {
      source: 'registry.terraform.io/hashicorp/aws',
      version: /providerVersion: '([\d.]+)'/.exec(moduleText(lib, 's3-bucket'))?.[1] ?? '',
      provider: readBinding(moduleText(lib, 'provider'), 'Provider'),
      resources: Object.fromEntries(
        used.resources.map((name) => [name, prune(name, readBinding(moduleOf(lib, name, ''), 'Resource'))]),
      ),
      data: Object.fromEntries(
        used.data.map((name) => [name, readBinding(moduleOf(lib, name, 'data-aws-'), 'DataSource')]),
      ),
    };
    writeFileSync(TARGET, `${JSON.stringify(schemas)}\n`);
    console.log(
      `${used.resources.length} resources and ${used.data.length} data sources of aws ${schemas.version}: ${TARGET}`,
    );
  } finally {
    if (!given) rmSync(directory, { recursive: true });
  }
}

function unpack(): string {
  const directory = mkdtempSync(join(tmpdir(), 'provider-'));
  const archive = execFileSync('npm', ['pack', PACKAGE, '--silent'], {
    cwd: directory,
    encoding: 'utf8',
  }).trim();
  execFileSync('tar', ['xzf', archive], { cwd: directory });
  return directory;
}

function moduleOf(lib: string, type: string, prefix: string): string {
  const name = prefix + type.replace(/^aws_/, '').replaceAll('_', '-');
  const found = [name, `${name}-a`].find((candidate) => existsSync(join(lib, candidate, 'index.js')));
  if (!found) throw new Error(`The provider has no ${prefix ? 'data source' : 'resource'} ${type}.`);
  return moduleText(lib, found);
}

function moduleText(lib: string, name: string): string {
  return readFileSync(join(lib, name, 'index.js'), 'utf8');
}

function prune(name: string, block: Block): Block {
  for (const member of LEFT_OUT[name] ?? []) {
    delete block.blocks[member];
    delete block.attributes[member];
  }
  return block;
}

main(process.argv[2]);
