import { type Body, type ConfigurationFile, locals, resources } from './configuration.ts';

/** An address that a service is configured to call, and who calls it. */
interface Call {
  file: string;
  /** The variable of an environment that holds the address. */
  variable: string;
  /** As Terraform names what has their security group. */
  callers: string[];
  /** Where the address is public: a path that is called. */
  path?: string;
}

const TOOLJET = 'module.tooljet';
const N8N = ['module.n8n', 'module.n8n_worker'];
const API = ['module.api', 'module.worker'];
const LANGFUSE = ['module.langfuse_web', 'module.langfuse_worker'];
/** Tasks that prepare, install and measure. */
const TASKS = 'aws_security_group.bootstrap';

/** The addresses of data sources and credentials are variables of the task `install`, which writes them. */
const CALLS: Call[] = [
  { file: 'api.tf', variable: 'LANGFUSE_BASE_URL', callers: API },
  { file: 'api.tf', variable: 'CLAMD_ADDRESS', callers: API },
  { file: 'quality.tf', variable: 'LANGFUSE_BASE_URL', callers: [TASKS] },
  {
    file: 'install.tf',
    variable: 'LANGFUSE_URL',
    callers: [TOOLJET, ...N8N],
    path: '/api/public/v2/metrics',
  },
  { file: 'install.tf', variable: 'N8N_URL', callers: [TOOLJET, TASKS], path: '/api/v1/workflows' },
  { file: 'install.tf', variable: 'TOOLJET_URL', callers: [TASKS], path: '/api/health' },
  { file: 'install.tf', variable: 'AI_MANAGER_URL', callers: [TOOLJET, ...N8N, TASKS], path: '/health' },
  {
    file: 'tooljet.tf',
    variable: 'TOOLJET_MARKETPLACE_URL',
    callers: [TOOLJET],
    path: '/marketplace-assets',
  },
  { file: 'n8n.tf', variable: 'WEBHOOK_URL', callers: API, path: '/webhook/a-trigger' },
  { file: 'langfuse.tf', variable: 'CLICKHOUSE_URL', callers: LANGFUSE },
  { file: 'langfuse.tf', variable: 'CLICKHOUSE_MIGRATION_URL', callers: LANGFUSE },
];
const STORE_CLIENTS = [...API, ...N8N, TOOLJET, ...LANGFUSE];

/**
 * Every call between the parts of the configuration that its security groups, listener rules, source rules or names do
 * not let through, with CloudFront on and off; and what would count all callers of a kind as one. None when everyone
 * reaches what they are configured to call.
 */
export function unreachable(files: ConfigurationFile[]): string[] {
  return [
    ...CALLS.flatMap((call) => callFaults(files, call)),
    ...storeFaults(files),
    ...edgeFaults(files),
    ...rateFaults(files),
  ];
}

function callFaults(files: ConfigurationFile[], call: Call): string[] {
  const written = writtenAs(files, call);
  const where = `${call.file} ${call.variable}`;
  if (written === null) return [`${where} is not set`];
  const inside = internalAddress(files, written);
  if (inside)
    return call.callers.flatMap((caller) =>
      internalFaults(files, caller, inside).map((fault) => `${where}: ${fault}`),
    );
  const host = /\$\{local\.hosts\.(\w+)\}/.exec(written)?.[1];
  if (!host) return [`${where} is no address that is known here: ${written}`];
  if (isOpen(files, host, call.path ?? '/')) return [];
  return call.callers.map(
    (caller) =>
      `${where}: ${caller} is let in at ${host} by no rule of the load balancer but that for operators`,
  );
}

/** The expression that a variable is set to: `NAME = …`, or `{ name = "NAME", value = … }`. */
function writtenAs(files: ConfigurationFile[], { file, variable }: Pick<Call, 'file' | 'variable'>) {
  const text = files.find(({ path }) => path === file)?.text ?? '';
  const plain = new RegExp(`(?:^|[{\\s])${variable}\\s*=\\s*(.+)$`, 'm').exec(text)?.[1];
  const listed = new RegExp(`name = "${variable}", value = (.+?) }`).exec(text)?.[1];
  return plain ?? listed ?? null;
}

interface Inside {
  name: string;
  port: number;
}

/** A name and port of the private namespace, seen through the locals that it is written by. */
function internalAddress(files: ConfigurationFile[], written: string): Inside | null {
  const known = locals(files, '.');
  const inside = (known.internal ?? {}) as Body;
  let value = written;
  for (let step = 0; step < MAX_STEPS; step++) {
    const found = /([\w-]+)\.\$\{aws_service_discovery_private_dns_namespace\.this\.name\}(?::(\d+))?/.exec(
      value,
    );
    if (found?.[2]) return { name: found[1] ?? '', port: Number(found[2]) };
    const whole = value;
    // The text of an address stays around the local that it names.
    value = whole.replace(
      /\$\{local\.(\w+)\}|local\.internal\.(\w+)|local\.(clickhouse_\w+)/,
      (all, part, name, other) => {
        const definition = name ? inside[name] : known[part ?? other];
        return typeof definition === 'string' ? definition : all;
      },
    );
    if (value === whole) return null;
  }
  return null;
}

const MAX_STEPS = 5;

function internalFaults(files: ConfigurationFile[], caller: string, { name, port }: Inside): string[] {
  const target = modules(files).find(([, body]) => body.discovery_name === name);
  if (!target) return [`no service is registered as ${name}`];
  const [module, body] = target;
  if (!portsOf(body).includes(port)) return [`${name} has no container that listens on ${port}`];
  const rules = resources(files, 'aws_vpc_security_group_ingress_rule').filter((rule) =>
    names(rule.body.security_group_id, `module.${module}`),
  );
  const lets = rules.some(
    (rule) => names(rule.body, caller) && covers(rule.body, port) && rule.body.cidr_ipv4 === undefined,
  );
  return lets ? [] : [`${caller} is let in at ${name}:${port} by no security group`];
}

function modules(files: ConfigurationFile[]): [string, Body][] {
  return files
    .filter(({ folder }) => folder === '.')
    .flatMap((file) =>
      Object.entries((file.body.module ?? {}) as Record<string, Body[]>).flatMap(([name, bodies]) =>
        bodies.map((body): [string, Body] => [name, body]),
      ),
    );
}

function portsOf({ containers }: Body): number[] {
  const text = JSON.stringify(containers ?? '');
  return [...text.matchAll(/ports\\*"?\s*[:=]\s*\[([\d,\s]+)\]/g)].flatMap(([, list = '']) =>
    list.split(',').map(Number),
  );
}

/** Whether an expression names a module or a security group, and not one whose name only begins so. */
function names(expression: unknown, name: string): boolean {
  return new RegExp(`${name.replaceAll('.', '\\.')}(?![\\w-])`).test(JSON.stringify(expression ?? ''));
}

function covers({ from_port: from, to_port: to, for_each: each }: Body, port: number): boolean {
  if (typeof from === 'number' && typeof to === 'number') return from <= port && port <= to;
  return new RegExp(`(?<!\\d)${port}(?!\\d)`).test(JSON.stringify(each ?? ''));
}

/** Whether a listener rule takes a path of a host from any address. */
function isOpen(files: ConfigurationFile[], host: string, path: string): boolean {
  return rulesOf(files, host).some((rule) => {
    const patterns = conditionsOf(rule, 'path_pattern');
    const takesPath =
      patterns.length === 0 ||
      patterns.some((pattern) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(path));
    return takesPath && !hasSource(rule);
  });
}

function rulesOf(files: ConfigurationFile[], host: string): Body[] {
  return resources(files, 'aws_lb_listener_rule')
    .map(({ body }) => body)
    .filter((body) => names(body.condition, `local.hosts.${host}`));
}

function conditionsOf(rule: Body, kind: string): string[] {
  return ((rule.condition ?? []) as Body[]).flatMap((condition) =>
    ((condition[kind] ?? []) as Body[]).flatMap(({ values }) =>
      Array.isArray(values) ? values.map(String) : [],
    ),
  );
}

function hasSource(rule: Body): boolean {
  return ((rule.condition ?? []) as Body[]).some((condition) => 'source_ip' in condition);
}

/** Databases and Redis take everyone from one list. */
function storeFaults(files: ConfigurationFile[]): string[] {
  const clients = locals(files, '.').store_clients;
  const missing = STORE_CLIENTS.filter((caller) => !names(clients, caller));
  const unused = ['database', 'redis'].filter(
    (store) =>
      !resources(files, 'aws_vpc_security_group_ingress_rule').some(
        ({ name, body }) => name === store && names(body, 'local.store_clients'),
      ),
  );
  return [
    ...missing.map((caller) => `${caller} is let in at the database and Redis by no security group`),
    ...unused.map((store) => `${store} does not let in store_clients`),
  ];
}

/** With CloudFront on, rules by source see its edges: what has such a rule must not be behind it. */
function edgeFaults(files: ConfigurationFile[]): string[] {
  const [distribution] = resources(files, 'aws_cloudfront_distribution');
  const all = Object.keys((locals(files, '.').hosts ?? {}) as Body);
  const listed = /contains\(\[([^\]]+)\]/.exec(String(locals(files, '.').cdn_hosts ?? ''))?.[1] ?? '';
  const some = [...listed.matchAll(/"(\w+)"/g)].map(([, name]) => name as string);
  const behind = names(distribution?.body.aliases, 'local.cdn_hosts') ? some : all;
  return behind
    .filter((host) => rulesOf(files, host).some(hasSource))
    .map((host) => `${host} is behind CloudFront, where its rule by source locks operators out`);
}

/** What people do through ToolJet and n8n comes from one address of each way out. */
function rateFaults(files: ConfigurationFile[]): string[] {
  const text = files.find(({ path }) => path === 'waf.tf')?.text ?? '';
  const isExempt = /ScopeDownStatement\s*=\s*\{ NotStatement/.test(text);
  const missing = ['aws_eip.nat', 'aws_eip.fck_nat'].filter(
    (address) => !names(locals(files, '.').own_addresses, address),
  );
  return [
    ...(isExempt ? [] : ['the rate rules of WAF count everyone behind ToolJet and n8n as one address']),
    ...missing.map((address) => `the rate rules of WAF count what comes from ${address}`),
  ];
}
