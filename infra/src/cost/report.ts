import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@cdktn/hcl2json';
import prices from './prices.json' with { type: 'json' };

const TERRAFORM = join(import.meta.dirname, '..', '..', 'terraform');

interface Size {
  cpu: number;
  memory: number;
}
interface Range {
  min: number;
  max: number;
}

/** One line of a month's bill, in dollars. */
export interface Line {
  what: string;
  low: number;
  high: number;
}

/** Values of an example's call of the module, over the defaults of the module's variables. */
async function settingsOf(example: string) {
  const call = (await parseFile(join(TERRAFORM, 'examples', example, 'main.tf'))).module as Record<
    string,
    Record<string, unknown>[]
  >;
  const given = call.ai_manager?.[0] ?? {};
  const withDefaults = (name: string) => ({
    ...optionalDefaults(name),
    ...((given[name] as Record<string, unknown>) ?? {}),
  });
  return {
    sizes: withDefaults('sizes') as Record<string, Size>,
    scale: withDefaults('scale') as Record<string, Range | number | boolean>,
    database: withDefaults('database') as { instance_class: string; storage_gb: number; multi_az: boolean },
    cache: withDefaults('cache') as { node_type: string; replicas: number },
    egress: (given.egress ?? 'nat_gateway') as string,
    zones: (given.availability_zones ?? 2) as number,
    scanner: (given.virus_scanner ?? true) as boolean,
  };
}

async function parseFile(path: string): Promise<Record<string, unknown>> {
  return (await parse(path, readFileSync(path, 'utf8'))) as Record<string, unknown>;
}

/** The variables of the configuration, of all files that declare some. */
export function variablesSource(): string {
  const files = readdirSync(TERRAFORM).filter((file) => /^variables(-\w+)?\.tf$/.test(file));
  return files.map((file) => readFileSync(join(TERRAFORM, file), 'utf8')).join('\n');
}

/** The second argument of each `optional(type, default)` of an object variable. */
function optionalDefaults(name: string): Record<string, unknown> {
  const block = variablesSource().split(`variable "${name}" {`)[1]?.split('\nvariable ')[0] ?? '';
  const pairs = [...block.matchAll(/^\s+(\w+)\s+= optional\((?:object\(\{.*?\}\)|\w+), (.+)\)$/gm)];
  return Object.fromEntries(pairs.map(([, key, value = '']) => [key, literal(value)]));
}

function literal(value: string): unknown {
  return JSON.parse(value.replace(/(\w+) = /g, '"$1": '));
}

/** What an example costs in a month, at its fewest and its most tasks, without traffic and models. */
export async function monthly(example: string): Promise<Line[]> {
  const { sizes, scale, database, cache, egress, zones, scanner } = await settingsOf(example);
  const range = (name: string): Range => {
    const value = scale[name];
    return typeof value === 'object' ? value : { min: Number(value ?? 1), max: Number(value ?? 1) };
  };
  const one: Range = { min: 1, max: 1 };
  const service = (what: string, size: Size | undefined, tasks: Range, isSpot = false): Line => {
    const task = size ? taskMonth(size) * (isSpot ? prices.spotFactor : 1) : 0;
    return { what, low: task * tasks.min, high: task * tasks.max };
  };
  const fixed = (what: string, amount: number): Line => ({ what, low: amount, high: amount });
  const isSpot = scale.worker_spot === true;
  const rds = (prices.rdsMonth as Record<string, number>)[database.instance_class] ?? 0;
  const nodes = (prices.elasticacheMonth as Record<string, number>)[cache.node_type] ?? 0;
  const copies = database.multi_az ? 2 : 1;
  return [
    service('API', sizes.api, range('api')),
    service('worker', sizes.worker, range('worker'), isSpot),
    service('n8n', sizes.n8n, one),
    service('n8n workers', sizes.n8n_worker, range('n8n_workers'), isSpot),
    service('ToolJet', sizes.tooljet, range('tooljet')),
    service('Langfuse web', sizes.langfuse_web, range('langfuse_web')),
    service('Langfuse worker', sizes.langfuse_worker, range('langfuse_worker'), isSpot),
    service('ClickHouse', sizes.clickhouse, one),
    ...(scanner ? [service('clamd', sizes.clamd, one)] : []),
    fixed('PostgreSQL', copies * (rds + database.storage_gb * prices.rdsGbMonth)),
    fixed('Redis', nodes * (1 + cache.replicas)),
    fixed('load balancer and WAF', prices.albMonth + prices.wafMonth),
    fixed('way out', egressMonth(egress, zones)),
    fixed('keys and secrets', 2 * prices.kmsKeyMonth + 13 * prices.secretMonth),
  ].filter(({ high }) => high > 0);
}

function taskMonth({ cpu, memory }: Size): number {
  const hour = (cpu / 1024) * prices.fargateArmVcpuHour + (memory / 1024) * prices.fargateArmGbHour;
  return hour * prices.hoursMonth;
}

function egressMonth(egress: string, zones: number): number {
  if (egress === 'nat_gateway') return zones * (prices.natGatewayMonth + prices.publicIpv4Month);
  // One address for each task that is always there.
  return egress === 'fck_nat' ? prices.fckNatMonth : 8 * prices.publicIpv4Month;
}

/** The table of the operations guide. */
export async function costTable(): Promise<string> {
  const examples = ['minimal', 'production'];
  const bills = await Promise.all(examples.map(monthly));
  const names = [...new Set(bills.flat().map(({ what }) => what))];
  const cell = (lines: Line[], what: string) => {
    const found = lines.find((line) => line.what === what);
    return found ? span(found) : '';
  };
  const total = (lines: Line[]): Line => ({
    what: 'total',
    low: lines.reduce((sum, { low }) => sum + low, 0),
    high: lines.reduce((sum, { high }) => sum + high, 0),
  });
  return [
    `USD a month in ${prices.region}, prices of ${prices.date}, always on, without traffic, models and mail. Two numbers: fewest and most tasks.`,
    '',
    `| | ${examples.join(' | ')} |`,
    `|---|${examples.map(() => '---:').join('|')}|`,
    ...names.map((what) => `| ${what} | ${bills.map((lines) => cell(lines, what)).join(' | ')} |`),
    `| **total** | ${bills.map((lines) => `**${span(total(lines))}**`).join(' | ')} |`,
  ].join('\n');
}

function span({ low, high }: Line): string {
  const [from, to] = [Math.round(low), Math.round(high)];
  return from === to ? String(from) : `${from} – ${to}`;
}

/** `npm run cost -w infra`: prints the table. */
if (process.argv[1] === import.meta.filename) console.log(await costTable());
