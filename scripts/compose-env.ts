import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VARIABLES } from '../infra/src/compose/variables.ts';
import { ROOT } from './start/options.ts';

/** `npm run compose:env`: writes .env from .env.example with random secrets. An .env that is there stays. */
const example = readFileSync(join(ROOT, '.env.example'), 'utf8');
const filled = example.replace(/^(\w+)=$/gm, (line, name: string) => {
  const variable = VARIABLES[name];
  return variable ? `${name}=${variable.make()}` : line;
});
try {
  writeFileSync(join(ROOT, '.env'), filled, { mode: 0o600, flag: 'wx' });
  console.log('Created .env. Next: docker compose up --build');
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  console.error('.env already exists and may contain keys in use, so it was not changed.');
  process.exitCode = 1;
}
