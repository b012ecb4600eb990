import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import packageJson from '../ai-api/package.json' with { type: 'json' };
import { resources } from '../ai-api/src/catalogue/index.ts';
import { manifestOf } from '../ai-api/src/catalogue/manifest.ts';
import { settingList, settingsPage } from '../ai-api/src/catalogue/settings-page.ts';
import { envExample } from '../infra/src/compose/variables.ts';
import { toolJetFiles } from '../tooljet-plugins/generate/index.ts';

/** Files derived from the contracts and the settings, by path from the root of the repository. */
export function generatedFiles(): Record<string, string> {
  const manifest = manifestOf(resources, packageJson.version);
  return {
    'n8n-nodes/nodes/AiManager/operations.generated.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'n8n-nodes/nodes/AiManager/manifest-types.generated.ts': copyOf('contract/manifest-types.ts'),
    'n8n-nodes/nodes/shared/decode-text.generated.ts': copyOf('platform/text/decode.ts'),
    'n8n-nodes/nodes/shared/problem-document.generated.ts': copyOf('contract/problem-document.ts'),
    'tooljet-plugins/ai-manager/lib/problem-document.generated.ts': copyOf('contract/problem-document.ts'),
    ...toolJetFiles(manifest),
    'docs/settings.md': settingsPage(),
    '.env.example': envExample(settingList()),
  };
}

const root = new URL('../', import.meta.url);

/** A source file of the API for packages that are built and shipped apart; it may import nothing. */
function copyOf(name: string): string {
  const source = readFileSync(new URL(`ai-api/src/${name}`, root), 'utf8');
  return `// A copy of ai-api/src/${name}, made by npm run generate.\n\n${source}`;
}

/** Paths of generated files whose content on disk is not what the contracts say. */
export async function staleFiles(): Promise<string[]> {
  const checks = Object.entries(generatedFiles()).map(async ([path, content]) => {
    const current = await readFile(new URL(path, root), 'utf8').catch(() => null);
    return current === content ? [] : [path];
  });
  return (await Promise.all(checks)).flat();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, content] of Object.entries(generatedFiles())) {
    const file = new URL(path, root);
    await mkdir(new URL('.', file), { recursive: true });
    await writeFile(file, content);
    console.log(`wrote ${path}`);
  }
}
