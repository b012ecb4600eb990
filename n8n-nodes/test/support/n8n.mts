import { existsSync, mkdtempSync, realpathSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  ICredentialType,
  IHookFunctions,
  ILoadOptionsFunctions,
  INode,
  INodeType,
  IPinData,
  IRun,
  IWebhookData,
  IWebhookFunctions,
  IWorkflowExecuteAdditionalData,
  Workflow,
  WorkflowActivateMode,
  WorkflowExecuteMode,
} from 'n8n-workflow';
import { inject } from 'vitest';

type Class<Args extends unknown[], Instance> = new (...args: Args) => Instance;

/** What a loader found in a package of nodes. */
export interface PackageLoader {
  packageName: string;
  nodeTypes: Record<string, { type: INodeType; sourcePath: string }>;
  credentialTypes: Record<string, { type: ICredentialType; sourcePath: string }>;
  loadAll(): Promise<void>;
}

/** The parts of n8n-core that the tests use; its own types cannot be resolved from here. */
interface N8nCore {
  PackageDirectoryLoader: Class<[directory: string], PackageLoader>;
  WorkflowExecute: Class<
    [IWorkflowExecuteAdditionalData, WorkflowExecuteMode],
    { run(options: { workflow: Workflow; startNode?: INode; pinData?: IPinData }): Promise<IRun> }
  >;
  ExecutionLifecycleHooks: Class<[WorkflowExecuteMode, string, unknown], object>;
  HookContext: Class<
    [
      Workflow,
      INode,
      IWorkflowExecuteAdditionalData,
      WorkflowExecuteMode,
      WorkflowActivateMode,
      IWebhookData,
    ],
    IHookFunctions
  >;
  LoadOptionsContext: Class<
    [Workflow, INode, IWorkflowExecuteAdditionalData, path: string],
    ILoadOptionsFunctions
  >;
  WebhookContext: Class<
    [Workflow, INode, IWorkflowExecuteAdditionalData, WorkflowExecuteMode, IWebhookData, unknown[], null],
    IWebhookFunctions
  >;
}

const manifest = fileURLToPath(new URL('../../../n8n-host/node_modules/n8n/package.json', import.meta.url));

function fromN8n(): NodeJS.Require {
  if (!existsSync(manifest)) {
    throw new Error(
      `n8n is not installed in ${dirname(dirname(dirname(manifest)))}: install it there with pnpm first`,
    );
  }
  process.env.N8N_USER_FOLDER = mkdtempSync(join(inject('scratch'), 'user-'));
  process.env.N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS = 'true';
  return createRequire(realpathSync(manifest));
}

const requireN8n = fromN8n();

/** The engine of the n8n that is installed in `n8n-host`. */
export const core = requireN8n('n8n-core') as N8nCore;
export const workflowModule = requireN8n('n8n-workflow') as typeof import('n8n-workflow');

/** Directory of n8n's one copy of n8n-workflow, which nodes must share with it. */
export const workflowDir = dirname(dirname(dirname(requireN8n.resolve('n8n-workflow'))));
export const baseNodesDir = dirname(requireN8n.resolve('n8n-nodes-base/package.json'));

/** Express of the same n8n, which serves its webhooks. */
export const express = requireN8n('express') as () => WebhookApp;

interface WebhookApp {
  post(path: string, handler: (request: IncomingMessage, response: WebhookResponse) => Promise<void>): void;
  listen(port: number, host: string, listening: () => void): Server;
}

type WebhookResponse = ReturnType<IWebhookFunctions['getResponseObject']>;
