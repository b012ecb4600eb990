import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Versions that install together and that n8n 2.41 verifies packages with. */
const TOOLS = { '@n8n/node-cli': '0.48.3', 'n8n-workflow': '2.41.0', typescript: '5.9.3' };
/** node-cli's own ranges point at releases that cannot be had. */
const OVERRIDES = {
  linkedom: '0.18.13',
  '@langchain/langgraph': '1.4.18',
  '@langchain/langgraph-sdk': '1.12.4',
};
const LINTED = [
  'package.json',
  'eslint.config.mjs',
  'tsconfig.json',
  'credentials',
  'icons',
  'nodes',
  'scripts',
  'test',
];

const packageDir = fileURLToPath(new URL('..', import.meta.url));
const toolDir = join(packageDir, 'node_modules/.cache/n8n-node-cli');

/**
 * Runs n8n's strict lint. The tool is heavy and wants an install of its own, so it is kept out of the
 * workspace and run on a copy of the package.
 *
 * @returns the exit code of `n8n-node lint`
 */
function lint(): number {
  installTool();
  const copy = mkdtempSync(join(tmpdir(), 'n8n-lint-'));
  try {
    for (const name of LINTED) cpSync(join(packageDir, name), join(copy, name), { recursive: true });
    symlinkSync(join(toolDir, 'node_modules'), join(copy, 'node_modules'));
    const tool = join(toolDir, 'node_modules/.bin/n8n-node');
    return spawnSync(tool, ['lint'], { cwd: copy, stdio: 'inherit' }).status ?? 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function installTool(): void {
  const manifest = JSON.stringify({ private: true, dependencies: TOOLS, overrides: OVERRIDES }, null, 2);
  const done = join(toolDir, '.installed');
  if (existsSync(done)) return;
  console.log(`Installing @n8n/node-cli ${TOOLS['@n8n/node-cli']} (once, about a minute)`);
  mkdirSync(toolDir, { recursive: true });
  writeFileSync(join(toolDir, 'package.json'), manifest);
  const flags = ['--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', ...flags], { cwd: toolDir, stdio: 'inherit' });
  writeFileSync(done, '');
}

process.exitCode = lint();
