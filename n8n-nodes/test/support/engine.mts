import type {
  IBinaryKeyData,
  IConnections,
  ICredentialDataDecryptedObject,
  ICredentialsHelper,
  ICredentialType,
  IDataObject,
  IHookFunctions,
  IHttpRequestOptions,
  ILoadOptionsFunctions,
  INode,
  INodeExecutionData,
  INodeParameters,
  INodeType,
  INodeTypes,
  IRun,
  IWebhookData,
  IWebhookFunctions,
  IWorkflowExecuteAdditionalData,
  Workflow,
} from 'n8n-workflow';
import type { Manifest } from '../../nodes/AiManager/manifest.ts';
import { installPackage } from './installed-package.mts';
import { baseNodesDir, core, type PackageLoader, workflowModule } from './n8n.mts';

const PACKAGE = 'n8n-nodes-ai-manager';
const BASE = 'n8n-nodes-base';
const CREDENTIAL = 'aiManagerApi';

/** A request to a webhook as n8n hands it to a node, with `rawBody`, and Express's response. */
export interface WebhookCall {
  request: ReturnType<IWebhookFunctions['getRequestObject']>;
  response: ReturnType<IWebhookFunctions['getResponseObject']>;
}

export interface Engine {
  node(name: string): INodeType;
  credentials: Record<string, ICredentialType>;
  credential: ICredentialType;
  workflow(nodes: INode[], connections?: IConnections): Workflow;
  /** Runs a workflow from its first node, which gives the pinned items. */
  run(
    workflow: Workflow,
    pinned: IDataObject[],
    options?: { executionId?: string; binary?: IBinaryKeyData },
  ): Promise<IRun>;
  hooks(workflow: Workflow, node: INode, activation?: 'activate' | 'manual'): IHookFunctions;
  webhook(
    workflow: Workflow,
    node: INode,
    http: WebhookCall,
    options?: { mode?: 'webhook' | 'manual'; executionId?: string },
  ): IWebhookFunctions;
  /** What a form asks while it is filled in. */
  loadOptions(workflow: Workflow, node: INode): ILoadOptionsFunctions;
}

/** The real n8n engine with the built package loaded by n8n's own loader, and one credential. */
export async function openEngine(
  credential: ICredentialDataDecryptedObject,
  manifest?: Manifest,
): Promise<Engine> {
  const loader = new core.PackageDirectoryLoader(installPackage(manifest));
  await loader.loadAll();
  const types = nodeTypes(loader);
  const credentialType = loader.credentialTypes[CREDENTIAL]?.type as ICredentialType;
  const additionalData = (extra: Partial<IWorkflowExecuteAdditionalData>) =>
    ({
      credentialsHelper: credentialsHelper(loader, credential),
      webhookBaseUrl: 'http://127.0.0.1:5678/webhook',
      webhookTestBaseUrl: 'http://127.0.0.1:5678/webhook-test',
      webhookWaitingBaseUrl: 'http://127.0.0.1:5678/webhook-waiting',
      formWaitingBaseUrl: 'http://127.0.0.1:5678/form-waiting',
      currentNodeExecutionIndex: 0,
      variables: {},
      ...extra,
    }) as IWorkflowExecuteAdditionalData;
  const webhookData = (workflow: Workflow, node: INode) =>
    ({
      httpMethod: 'POST',
      node: node.name,
      path: 'webhook',
      workflowId: workflow.id,
      webhookDescription: types.getByNameAndVersion(node.type).description.webhooks?.[0],
    }) as unknown as IWebhookData;

  return {
    node: (name) => types.getByNameAndVersion(`${PACKAGE}.${name}`),
    credential: credentialType,
    credentials: Object.fromEntries(
      Object.entries(loader.credentialTypes).map(([name, { type }]) => [name, type]),
    ),
    workflow: (nodes, connections = inARow(nodes)) =>
      new workflowModule.Workflow({
        id: 'workflow1',
        nodes,
        connections,
        active: false,
        nodeTypes: types,
        settings: { executionOrder: 'v1', timezone: 'Europe/Berlin' },
      }),
    async run(workflow, pinned, { executionId = '1', binary } = {}) {
      const first = Object.values(workflow.nodes)[0] as INode;
      const hooks = new core.ExecutionLifecycleHooks('manual', executionId, {});
      const data = additionalData({ executionId, ...({ hooks } as object) });
      const pinData = { [first.name]: pinned.map((json) => ({ json, ...(binary ? { binary } : {}) })) };
      return await new core.WorkflowExecute(data, 'manual').run({ workflow, startNode: first, pinData });
    },
    hooks: (workflow, node, activation = 'activate') =>
      new core.HookContext(
        workflow,
        node,
        additionalData({}),
        activation === 'manual' ? 'manual' : 'trigger',
        activation,
        webhookData(workflow, node),
      ),
    loadOptions: (workflow, node) =>
      new core.LoadOptionsContext(
        workflow,
        node,
        additionalData({ currentNodeParameters: node.parameters }),
        '',
      ),
    webhook: (workflow, node, { request, response }, { mode = 'webhook', executionId = '1' } = {}) =>
      new core.WebhookContext(
        workflow,
        node,
        additionalData({ httpRequest: request, httpResponse: response, executionId }),
        mode,
        webhookData(workflow, node),
        [],
        null,
      ),
  };
}

/** A node that hands on the pinned items of a run. */
export function start(): INode {
  return node('Start', `${BASE}.manualTrigger`, {});
}

export function aiManager(parameters: INodeParameters, settings: Partial<INode> = {}): INode {
  return { ...node('AI Manager', `${PACKAGE}.aiManager`, parameters), ...withCredential, ...settings };
}

/** Another node of the package, with the credential it asks for. */
export function ourNode(name: string, type: string, credential: string, parameters: INodeParameters): INode {
  return {
    ...node(name, `${PACKAGE}.${type}`, parameters),
    credentials: { [credential]: { id: '1', name: 'Sample' } },
    webhookId: 'b5e2',
  };
}

export function trigger(parameters: INodeParameters): INode {
  return {
    ...node('AI Manager Trigger', `${PACKAGE}.aiManagerTrigger`, parameters),
    ...withCredential,
    webhookId: 'b5e1',
  };
}

/** A node of n8n's own package, by the name of its type. */
export function baseNode(
  name: string,
  type: string,
  typeVersion: number,
  parameters: INodeParameters,
): INode {
  return { ...node(name, `${BASE}.${type}`, parameters), typeVersion };
}

const withCredential = { credentials: { [CREDENTIAL]: { id: '1', name: 'AI Manager' } } };

function node(name: string, type: string, parameters: INodeParameters): INode {
  return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters };
}

/** Items that a node put out, over all its outputs or one of them; all runs together. */
export function outputOf(run: IRun, name: string, output = 0): INodeExecutionData[] {
  const runs = run.data.resultData.runData[name] ?? [];
  return runs.flatMap((task) => task.data?.main?.[output] ?? []);
}

function inARow(nodes: INode[]): IConnections {
  const pairs = nodes.slice(1).map((next, index) => [nodes[index]?.name ?? '', next.name] as const);
  return Object.fromEntries(
    pairs.map(([from, to]) => [from, { main: [[{ node: to, type: 'main' as const, index: 0 }]] }]),
  );
}

function nodeTypes(loader: PackageLoader): INodeTypes {
  const base = new core.PackageDirectoryLoader(baseNodesDir);
  const loadBase = base as PackageLoader & { loadNodeFromFile(path: string): void };
  loadBase.loadNodeFromFile('dist/nodes/ManualTrigger/ManualTrigger.node.js');
  loadBase.loadNodeFromFile('dist/nodes/SplitInBatches/SplitInBatches.node.js');
  const find = (type: string) => {
    const [packageName, name] = type.split('.') as [string, string];
    return (packageName === PACKAGE ? loader : base).nodeTypes[name]?.type as INodeType;
  };
  return {
    getByName: find,
    getByNameAndVersion: (type, version) =>
      workflowModule.NodeHelpers.getVersionedNodeType(find(type), version),
    getKnownTypes: () => ({}),
  } as INodeTypes;
}

/** Hands out the one credential and signs requests as its type's `authenticate` says. */
function credentialsHelper(
  { credentialTypes }: PackageLoader,
  data: ICredentialDataDecryptedObject,
): ICredentialsHelper {
  const typeOf = (name: string) => credentialTypes[name]?.type as ICredentialType;
  const helper: Partial<ICredentialsHelper> = {
    getParentTypes: () => [],
    isCredentialUsableByNode: () => true,
    getCredentialsProperties: (name) => typeOf(name).properties,
    getDecrypted: async () => ({ ...data }),
    preAuthentication: async () => undefined,
    async authenticate(credentials, name, request, workflow, requestNode) {
      const { properties } = typeOf(name).authenticate as {
        properties: { headers?: Record<string, string>; auth?: { username: string; password: string } };
      };
      const resolve = (value: string) =>
        workflow?.expression.getSimpleParameterValue(requestNode as INode, value, 'internal', {
          $credentials: credentials,
        }) as string;
      const headers = Object.entries(properties.headers ?? {}).map(([header, value]) => [
        header,
        resolve(value),
      ]);
      const { auth } = properties;
      const signed = request as IHttpRequestOptions;
      return {
        ...signed,
        headers: { ...signed.headers, ...Object.fromEntries(headers) },
        ...(auth ? { auth: { username: resolve(auth.username), password: resolve(auth.password) } } : {}),
      };
    },
  };
  return helper as ICredentialsHelper;
}
