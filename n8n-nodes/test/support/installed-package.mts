import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import type { Manifest } from '../../nodes/AiManager/manifest.ts';
import { workflowDir } from './n8n.mts';

const packageDir = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Installs what the package publishes (package.json and dist) into an empty folder, beside n8n's own
 * n8n-workflow, as a community package is. A manifest may take the place of the generated one.
 */
export function installPackage(manifest?: Manifest): string {
  const modules = join(mkdtempSync(join(inject('scratch'), 'package-')), 'node_modules');
  const installed = join(modules, 'n8n-nodes-ai-manager');
  mkdirSync(installed, { recursive: true });
  cpSync(join(packageDir, 'package.json'), join(installed, 'package.json'));
  cpSync(join(packageDir, 'dist'), join(installed, 'dist'), { recursive: true });
  symlinkSync(workflowDir, join(modules, 'n8n-workflow'));
  if (manifest) {
    writeFileSync(
      join(installed, 'dist/nodes/AiManager/operations.generated.json'),
      JSON.stringify(manifest),
    );
  }
  return installed;
}
