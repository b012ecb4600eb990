import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { build } from '../n8n-nodes/scripts/build.mts';
import { type Figure, report } from './report.ts';
import { median, spreadOf } from './statistics.ts';

const ITEMS = 1000;
const ROUNDS = 9;
const AT_ONCE = 10;
const ROOT = join(import.meta.dirname, '..');
const PACKAGE = 'n8n-nodes-ai-manager';
const BASE = 'n8n-nodes-base';

interface Loader {
  nodeTypes: Record<string, { type: object }>;
  credentialTypes: Record<string, { type: { properties: unknown } }>;
  loadAll(): Promise<void>;
  loadNodeFromFile(path: string): void;
}

interface Run {
  data: { resultData: { error?: Error; runData: Record<string, { data?: { main: unknown[][] } }[]> } };
}

/** The parts of n8n's engine that are used here; its own types cannot be resolved from here. */
interface N8n {
  core: {
    PackageDirectoryLoader: new (directory: string) => Loader;
    ExecutionLifecycleHooks: new (mode: string, id: string, workflow: object) => object;
    WorkflowExecute: new (data: object, mode: string) => { run(options: object): Promise<Run> };
  };
  workflow: {
    Workflow: new (options: object) => { nodes: Record<string, object> };
    NodeHelpers: { getVersionedNodeType(type: object, version?: number): object };
  };
  baseDirectory: string;
}

const scratch = mkdtempSync(join(tmpdir(), 'bench-n8n-'));

function openN8n(): N8n {
  process.env.N8N_USER_FOLDER = join(scratch, 'user');
  process.env.N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS = 'true';
  const load = createRequire(realpathSync(join(ROOT, 'n8n-host/node_modules/n8n/package.json')));
  return {
    core: load('n8n-core') as N8n['core'],
    workflow: load('n8n-workflow') as N8n['workflow'],
    baseDirectory: dirname(load.resolve('n8n-nodes-base/package.json')),
  };
}

/** Our package beside n8n's own n8n-workflow, as a community package is installed. */
async function installNodes(n8n: N8n): Promise<string> {
  build();
  const load = createRequire(join(n8n.baseDirectory, 'package.json'));
  const modules = join(scratch, 'node_modules');
  await mkdir(join(modules, PACKAGE), { recursive: true });
  const workflowModule = dirname(dirname(dirname(load.resolve('n8n-workflow'))));
  symlinkSync(workflowModule, join(modules, 'n8n-workflow'));
  cpSync(join(ROOT, 'n8n-nodes/package.json'), join(modules, PACKAGE, 'package.json'));
  cpSync(join(ROOT, 'n8n-nodes/dist'), join(modules, PACKAGE, 'dist'), { recursive: true });
  return join(modules, PACKAGE);
}

type RunNode = (node: object) => Promise<void>;

/** Runs one node on all items, with the credential that both kinds of node use. */
async function openEngine(url: string): Promise<RunNode> {
  const n8n = openN8n();
  const ours = new n8n.core.PackageDirectoryLoader(await installNodes(n8n));
  await ours.loadAll();
  const base = new n8n.core.PackageDirectoryLoader(n8n.baseDirectory);
  for (const name of ['ManualTrigger', 'HttpRequest'])
    base.loadNodeFromFile(`dist/nodes/${name}/${name}.node.js`);
  const find = (type: string) => {
    const [from, name = ''] = type.split('.');
    return (from === PACKAGE ? ours : base).nodeTypes[name]?.type as object;
  };
  const nodeTypes = {
    getByName: find,
    getByNameAndVersion: (type: string, version?: number) =>
      n8n.workflow.NodeHelpers.getVersionedNodeType(find(type), version),
    getKnownTypes: () => ({}),
  };
  const credentialsHelper = {
    getParentTypes: () => [],
    isCredentialUsableByNode: () => true,
    getCredentialsProperties: () => ours.credentialTypes.aiManagerApi?.type.properties,
    getDecrypted: async () => ({ baseUrl: url, apiKey: 'key' }),
    preAuthentication: async () => undefined,
    authenticate: async (_credentials: object, _type: string, request: { headers?: object }) => ({
      ...request,
      headers: { ...request.headers, Authorization: 'Bearer key' },
    }),
  };
  const items = Array.from({ length: ITEMS }, (_, index) => ({ json: { id: `b-${index}` } }));
  return async (node) => {
    const start = {
      id: 's',
      name: 'Start',
      type: `${BASE}.manualTrigger`,
      typeVersion: 1,
      position: [0, 0],
      parameters: {},
    };
    const measured = { id: 'm', name: 'Measured', position: [0, 0], ...node };
    const connections = { Start: { main: [[{ node: 'Measured', type: 'main', index: 0 }]] } };
    const workflow = new n8n.workflow.Workflow({
      id: 'w',
      nodes: [start, measured],
      connections,
      active: false,
      nodeTypes,
      settings: { executionOrder: 'v1' },
    });
    const data = {
      credentialsHelper,
      executionId: '1',
      hooks: new n8n.core.ExecutionLifecycleHooks('manual', '1', {}),
      webhookBaseUrl: url,
      webhookTestBaseUrl: url,
      webhookWaitingBaseUrl: url,
      formWaitingBaseUrl: url,
      currentNodeExecutionIndex: 0,
      variables: {},
    };
    const startNode = workflow.nodes.Start;
    const run = await new n8n.core.WorkflowExecute(data, 'manual').run({
      workflow,
      startNode,
      pinData: { Start: items },
    });
    const { error, runData } = run.data.resultData;
    if (error) throw error;
    const count = runData.Measured?.[0]?.data?.main[0]?.length;
    if (count !== ITEMS) throw new Error(`${count} of ${ITEMS} items came out`);
  };
}

const credentials = { aiManagerApi: { id: '1', name: 'AI Manager' } };
/** Reads a builder for each item; the API takes many reads in one request. */
const ourReads = {
  type: `${PACKAGE}.aiManager`,
  typeVersion: 1,
  credentials,
  parameters: {
    resource: 'builder',
    operation: 'get',
    builderId: { __rl: true, mode: 'id', value: '={{ $json.id }}' },
    simplify: false,
  },
};
/** Changes something for each item, which takes a request of its own. */
const ourWrites = {
  ...ourReads,
  parameters: {
    resource: 'evaluation',
    operation: 'markNotified',
    evaluationId: { __rl: true, mode: 'id', value: '={{ $json.id }}' },
    options: { batchSize: AT_ONCE },
  },
};
const httpWrites = (url: string) => ({
  type: `${BASE}.httpRequest`,
  typeVersion: 4.2,
  credentials,
  parameters: {
    method: 'POST',
    url: `=${url}/evaluations/{{ $json.id }}/notified`,
    authentication: 'predefinedCredentialType',
    nodeCredentialType: 'aiManagerApi',
    sendBody: true,
    specifyBody: 'json',
    jsonBody: '{}',
    options: { batching: { batch: { batchSize: AT_ONCE, batchInterval: 0 } } },
  },
});

/** The same requests by fetch, as many at once. */
async function direct(url: string): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < ITEMS) {
      const response = await fetch(`${url}/builders/b-${next++}`, {
        headers: { authorization: 'Bearer key' },
      });
      await response.json();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function time(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

const WORK_MS = 5;
/** Reads of one batch that the API carries out side by side. */
const READS_AT_ONCE = 5;

/** Answers every request after some milliseconds of work; reads of a batch as the API does. */
async function serveBuilders(): Promise<{ url: string; server: Server }> {
  const builder = { builderId: 'b-1', name: 'Sample', team: 'Orchard', weeks: Array(12).fill({}) };
  const server = createServer(async (incoming, response) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    const count = incoming.url === '/batch/read' ? JSON.parse(body).requests.length : 1;
    for (let left = count; left > 0; left -= READS_AT_ONCE) await pause(WORK_MS);
    const answers = Array.from({ length: count }, () => ({ status: 200, body: builder }));
    const answer = incoming.url === '/batch/read' ? { answers } : builder;
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

const { url, server } = await serveBuilders();
try {
  const runNode = await openEngine(url);
  const [reads, bare, writes, http]: [number[], number[], number[], number[]] = [[], [], [], []];
  const rounds: [number[], () => Promise<void>][] = [
    [reads, () => runNode(ourReads)],
    [bare, () => direct(url)],
    [writes, () => runNode(ourWrites)],
    [http, () => runNode(httpWrites(url))],
  ];
  for (const [, work] of rounds) await work();
  for (let round = 0; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? rounds : rounds.toReversed();
    for (const [times, work] of order) times.push(await time(work));
  }
  const compare = (
    figure: string,
    ours: number[],
    peers: number[],
    peer: string,
    target: number,
  ): Figure => ({
    figure,
    measured: `${(median(ours) / ITEMS).toFixed(2)} ms an item`,
    peer: `${(median(peers) / ITEMS).toFixed(2)} ms ${peer}`,
    ratio: spreadOf(ours.map((value, round) => value / (peers[round] as number))),
    target,
  });
  report(`n8n nodes: ${ITEMS} items, ${AT_ONCE} at a time, ${ROUNDS} rounds, ratio by round`, [
    compare(
      'AI Manager node against HTTP Request node, a request an item',
      writes,
      http,
      'HTTP Request',
      1.1,
    ),
    compare('AI Manager node, reads in batches, against plain fetch', reads, bare, 'fetch', 1.2),
  ]);
} finally {
  server.close();
  rmSync(scratch, { recursive: true, force: true });
}
