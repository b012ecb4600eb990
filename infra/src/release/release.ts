import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Release, SHARES, withoutIdle, withShare } from './steps.ts';

const USAGE = `npm run release -w infra -- --directory DIR --image NAME@sha256:… [--watch MINUTES]
npm run release -w infra -- --directory DIR --finish
  --directory  where your configuration is, such as examples/production; its outputs name the alarm
  --image      the new image of the API
  --watch      minutes that each share of the traffic is watched for; 30 unless said
  --finish     a day later: ends the idle colour
The share goes from 10 to 50 to 100 percent. As soon as the alarm of the API's errors goes off, all of the
traffic goes back to the old colour and the command ends with 1. Needs terraform and the AWS CLI.`;

const FILE = 'release.auto.tfvars.json';
const CHECK_SECONDS = 30;

/** Moves the API's traffic to a new image step by step, and back when its alarm goes off. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      directory: { type: 'string' },
      image: { type: 'string' },
      watch: { type: 'string', default: '30' },
      finish: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  if (values.help || !values.directory || (!values.image && !values.finish)) return console.log(USAGE);
  const directory = resolve(process.env.INIT_CWD ?? '.', values.directory);
  const before = readRelease(directory);
  if (values.finish) return apply(directory, withoutIdle(before));
  if (!/^[a-z0-9][\w.:/-]*@sha256:[0-9a-f]{64}$/.test(values.image ?? ''))
    throw new Error('--image must be pinned by its digest: name@sha256:<64 hexadecimal digits>.');
  const seconds = Number(values.watch) * 60;
  if (!(seconds >= 0)) throw new Error('--watch must be a number of minutes.');
  const alarm = terraform(directory, 'output', '-raw', 'release_alarm').trim();
  for (const share of SHARES) {
    apply(directory, withShare(before, values.image as string, share));
    console.log(`${share} % of the traffic goes to ${values.image}.`);
    if (await staysQuiet(alarm, seconds)) continue;
    apply(directory, before);
    throw new Error(`The alarm ${alarm} went off at ${share} %: all traffic was rolled back.`);
  }
  console.log('Released. Keep the old colour for a day, then run this with --finish.');
}

/** The colours as the last release left them; blue alone at the first. */
function readRelease(directory: string): Release {
  try {
    const text = readFileSync(join(directory, FILE), 'utf8');
    return (JSON.parse(text) as { api_release: Release }).api_release;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { blue: { image: '', weight: 100 }, green: { image: '', weight: 0 } };
  }
}

function apply(directory: string, release: Release): void {
  writeFileSync(join(directory, FILE), `${JSON.stringify({ api_release: release }, null, 2)}\n`);
  terraform(directory, 'apply', '-auto-approve', '-input=false');
}

function terraform(directory: string, ...args: string[]): string {
  return execFileSync('terraform', [`-chdir=${directory}`, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
  });
}

async function staysQuiet(alarm: string, seconds: number): Promise<boolean> {
  for (let watched = 0; ; watched += CHECK_SECONDS) {
    const query = ['--alarm-names', alarm, '--query', 'MetricAlarms[0].StateValue', '--output', 'text'];
    const state = execFileSync('aws', ['cloudwatch', 'describe-alarms', ...query], {
      encoding: 'utf8',
    }).trim();
    if (state === 'ALARM') return false;
    if (watched >= seconds) return true;
    await pause(CHECK_SECONDS * 1000);
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
