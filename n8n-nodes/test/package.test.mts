import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ICredentialTestRequest, INodeTypeDescription } from 'n8n-workflow';
import { beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import { type Engine, openEngine } from './support/engine.mts';
import { installPackage } from './support/installed-package.mts';
import { core, workflowModule } from './support/n8n.mts';

const packageDir = fileURLToPath(new URL('..', import.meta.url));

describe('npm pack', () => {
  test('holds what n8n loads and the docs, nothing else', async () => {
    const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json'], { cwd: packageDir });
    const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
    const strangers = files
      .map(({ path }) => path)
      .filter((path) => !/^(package\.json|README\.md|LICENSE\.md|dist\/.+\.(js|svg|json))$/.test(path));
    expect(strangers).toEqual([]);
    const loaded = [...packageJson.n8n.nodes, ...packageJson.n8n.credentials];
    expect(files.map(({ path }) => path)).toEqual(expect.arrayContaining(loaded));
  });

  test('needs nothing at run time but the n8n that loads it', () => {
    expect(Object.keys(packageJson)).not.toContain('dependencies');
    expect(packageJson.peerDependencies).toEqual({ 'n8n-workflow': '*' });
  });
});

describe("n8n's loader", () => {
  const directory = installPackage();
  const loader = new core.PackageDirectoryLoader(directory);
  beforeAll(() => loader.loadAll());

  test('finds the nodes and the credential, each with an icon for light and dark', () => {
    expect(Object.keys(loader.nodeTypes).sort()).toEqual([
      'aiManager',
      'aiManagerApproval',
      'aiManagerTrigger',
      'aiManagerValidate',
      'langfuse',
      'signedWebhookTrigger',
    ]);
    expect(Object.keys(loader.credentialTypes).sort()).toEqual([
      'aiManagerApi',
      'brainLiftApi',
      'langfuseApi',
      'metricsApi',
      'webhookSigningSecretApi',
      'workSmartApi',
    ]);
    const described = [
      ...Object.values(loader.nodeTypes).map(({ type }) => type.description as INodeTypeDescription),
      ...Object.values(loader.credentialTypes).map(({ type }) => type),
    ];
    for (const { iconUrl } of described) {
      const { light, dark } = iconUrl as { light: string; dark: string };
      expect(light).not.toBe(dark);
      for (const url of [light, dark]) {
        expect(existsSync(join(directory, url.replace(/^icons\/n8n-nodes-ai-manager\//, '')))).toBe(true);
      }
    }
  });

  test('reads the categories for the node picker', () => {
    const codex = loader.nodeTypes.aiManager?.type.description.codex;
    expect(codex?.categories).toContain('Productivity');
  });

  test('runs it on the n8n-workflow of n8n itself, not on a second copy', () => {
    const required = createRequire(join(directory, 'dist/nodes/AiManager/AiManager.node.js'))('n8n-workflow');
    expect(required).toBe(workflowModule);
  });
});

describe('the credential', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine({ baseUrl: 'http://127.0.0.1:8000/', apiKey: 'k' });
  });

  test('is tested by asking the API who calls', () => {
    const { request } = engine.credential.test as ICredentialTestRequest;
    const workflow = engine.workflow([]);
    const node = {
      id: 'n',
      name: 'n',
      type: 'n8n-nodes-base.manualTrigger',
      typeVersion: 1,
      position: [0, 0],
      parameters: {},
    };
    const baseURL = workflow.expression.getSimpleParameterValue(
      node as Parameters<typeof workflow.expression.getSimpleParameterValue>[0],
      request.baseURL as string,
      'internal',
      { $credentials: { baseUrl: 'http://127.0.0.1:8000/' } },
    );
    expect(`${baseURL}${request.url}`).toBe('http://127.0.0.1:8000/whoami');
  });

  test('hides the key in the form', () => {
    const key = engine.credential.properties.find(({ name }) => name === 'apiKey');
    expect(key?.typeOptions).toEqual({ password: true });
  });
});
