import { checkApp } from './check/index.ts';
import { readExports, staleExports, writeExports, writeToolJet2 } from './files.ts';
import { diff, pull, push } from './push/index.ts';
import { accountOf } from './push/settings.ts';

const USAGE = `npm run dashboards -- <command>

  build      write the importable JSON of every app to dashboards/exports
  build-2.27 write them for a ToolJet 2.27, to dashboards/exports/2.27
  check      say what is wrong with it, and whether it is what the code says
  preview    show the apps in a browser without ToolJet, against a running API
  screenshots take a picture of every page for the docs; with parts of app/page, of those only
  push       bring a running ToolJet to what is written here: plugins, apps, secrets, groups
  diff       say how the apps on that ToolJet differ, for example after an edit in its editor
  pull       write the apps of that ToolJet over dashboards/exports

push, diff and pull sign in with TOOLJET_URL, TOOLJET_EMAIL and TOOLJET_PASSWORD. push fills in the data
sources from AI_MANAGER_URL and AI_MANAGER_API_KEY (AI_MANAGER_ACT_AS=false to act as the key itself),
LANGFUSE_URL, LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY, N8N_URL and N8N_API_KEY.`;

async function main([command, ...rest]: string[]): Promise<number> {
  if (rest.length > 0) return usage();
  switch (command) {
    case 'build':
      for (const path of await writeExports()) console.log(`wrote ${path}`);
      return 0;
    case 'build-2.27':
      for (const path of await writeToolJet2()) console.log(`wrote ${path}`);
      return 0;
    case 'check':
      return await check();
    case 'preview':
      return await (await import('./preview/run.ts')).runPreview(process.env);
    case 'push':
      return await push(process.env);
    case 'diff':
      return await diff(accountOf(process.env), await readExports(), console.log);
    case 'pull':
      return await pull(accountOf(process.env), await readExports(), console.log);
    default:
      return usage();
  }
}

async function check(): Promise<number> {
  const stale = (await staleExports()).map((slug) => `${slug}.json is out of date: run build`);
  const faults = [...stale, ...(await readExports()).flatMap(checkApp)];
  for (const fault of faults) console.error(fault);
  console.log(faults.length === 0 ? 'No faults.' : `${faults.length} faults.`);
  return faults.length === 0 ? 0 : 1;
}

function usage(): number {
  console.error(USAGE);
  return 2;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  return 1;
});
