import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { blame } from './commands/blame.ts';
import { doctor } from './commands/doctor.ts';
import { installHook, removeHook, runHook } from './commands/hook.ts';
import { login } from './commands/login.ts';
import { push, reportPush } from './commands/push.ts';
import { scan } from './commands/scan.ts';
import { status } from './commands/status.ts';
import { watch } from './commands/watch.ts';
import { createRun } from './run.ts';

const HELP = `Sends the conversations that coding assistants keep on this machine to AI Manager.

  login [--url URL] [--key KEY] [--as PERSON] [--emails] [--project FOLDER…]
        [--no-commits]
                                     sign in; asks for what is not given
  scan [--verbose] [--json]          show what was found and what would be sent
  push [--all] [--file TRANSCRIPT]   send what is new, with the commits of the repositories
  blame FILE[:LINE] [--json]         show which conversation and message wrote each line
  watch [--interval SECONDS]         send what is new, again and again
  hook install claude-code           let Claude Code send when it stops
  hook remove claude-code
  status                             show what was sent and what waits
  doctor                             check settings, API and folders
`;

const OPTIONS = {
  url: { type: 'string' },
  key: { type: 'string' },
  as: { type: 'string' },
  emails: { type: 'boolean' },
  project: { type: 'string', multiple: true },
  'no-commits': { type: 'boolean' },
  verbose: { type: 'boolean' },
  json: { type: 'boolean' },
  all: { type: 'boolean' },
  file: { type: 'string' },
  quiet: { type: 'boolean' },
  interval: { type: 'string' },
  help: { type: 'boolean' },
} as const;

const DEFAULT_INTERVAL = 30;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const [command = 'help', ...rest] = positionals;
  const run = createRun();
  const script = fileURLToPath(import.meta.url);
  if (values.help) return help(0);
  if (command === 'blame' && rest.length === 1) return blame(run, rest[0] ?? '', values);
  switch ([command, ...rest].join(' ')) {
    case 'login':
      return login(run, {
        ...values,
        projects: values.project,
        ...(values['no-commits'] ? { commits: false } : {}),
      });
    case 'scan':
      return scan(run, values);
    case 'push': {
      const pushed = await push(run, values);
      return values.quiet ? 0 : reportPush(run, pushed);
    }
    case 'watch':
      return watch(run, Math.max(1, Number(values.interval) || DEFAULT_INTERVAL));
    case 'hook install claude-code':
      return installHook(run, script);
    case 'hook remove claude-code':
      return removeHook(run);
    case 'hook run claude-code':
      return runHook(run, script);
    case 'status':
      return status(run);
    case 'doctor':
      return doctor(run);
    case 'help':
      return help(0);
    default:
      return help(2);
  }
}

function help(code: number): number {
  (code === 0 ? process.stdout : process.stderr).write(HELP);
  return code;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
