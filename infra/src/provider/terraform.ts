import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ProviderSchemas } from '../schema/schema.ts';

const run = promisify(execFile);
const SCHEMAS = join(import.meta.dirname, '..', '..', 'schemas', 'aws.generated.json');
const CONFIGURATION = join(import.meta.dirname, '..', '..', 'terraform');

export interface Ended {
  code: number;
  text: string;
}

/** A copy of the configuration that Terraform can work on without the registry. */
export interface Workplace {
  directory: string;
  /** Runs Terraform in a folder of the copy; output and errors together, without colours. */
  terraform(folder: string, ...args: string[]): Promise<Ended>;
  remove(): Promise<void>;
}

/** Terraform's version where it is on the machine, else null. */
export async function terraformVersion(): Promise<string | null> {
  try {
    const { stdout } = await run('terraform', ['version', '-json'], { env: quiet() });
    return (JSON.parse(stdout) as { terraform_version: string }).terraform_version;
  } catch {
    return null;
  }
}

/** Copies the configuration and puts the schema-serving provider where `init` looks for the real one. */
export async function openWorkplace(): Promise<Workplace> {
  const home = await mkdtemp(join(tmpdir(), 'terraform-'));
  const directory = join(home, 'terraform');
  await cp(CONFIGURATION, directory, {
    recursive: true,
    filter: (path) => !/\.terraform(\/|$|\.lock\.hcl$)/.test(path),
  });
  const rc = await installProvider(home);
  const env = { ...quiet(), TF_CLI_CONFIG_FILE: rc, TF_DISABLE_PLUGIN_TLS: '1', TF_DATA_DIR: '' };
  return {
    directory,
    terraform: (folder, ...args) =>
      run('terraform', [`-chdir=${join(directory, folder)}`, ...args, '-no-color'], {
        env,
        timeout: 240_000,
        maxBuffer: 32 * 1024 * 1024,
      }).then(
        ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
        (error: { code?: number; stdout?: string; stderr?: string; message: string }) => ({
          code: typeof error.code === 'number' ? error.code : 1,
          text: `${error.stdout ?? ''}${error.stderr ?? ''}` || error.message,
        }),
      ),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

async function installProvider(home: string): Promise<string> {
  const { source, version } = JSON.parse(await readFile(SCHEMAS, 'utf8')) as ProviderSchemas;
  const mirror = join(home, 'mirror');
  const target = `${platform() === 'darwin' ? 'darwin' : 'linux'}_${arch() === 'arm64' ? 'arm64' : 'amd64'}`;
  const folder = join(mirror, source, version, target);
  await mkdir(folder, { recursive: true });
  const program = join(folder, `terraform-provider-aws_v${version}`);
  const serve = join(import.meta.dirname, 'serve.ts');
  await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${serve}" "${SCHEMAS}"\n`);
  await chmod(program, 0o755);
  const rc = join(home, 'terraform.rc');
  await writeFile(rc, `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`);
  return rc;
}

/** Neither colours nor questions, and nobody's own settings. */
function quiet(): NodeJS.ProcessEnv {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TF_')));
  return {
    ...own,
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    CHECKPOINT_DISABLE: '1',
    NO_COLOR: '1',
    TF_CLI_ARGS: '',
  };
}
