import { checkApp } from './check/index.ts';
import { readExports, staleExports, writeExports } from './files.ts';

const USAGE = `npm run dashboards -- <command>

  build      write the importable JSON of every app to dashboards/exports
  check      say what is wrong with it, and whether it is what the code says
  preview    show the apps in a browser without ToolJet, against a running API`;

async function main([command, ...rest]: string[]): Promise<number> {
  if (rest.length > 0) return usage();
  switch (command) {
    case 'build':
      for (const path of await writeExports()) console.log(`wrote ${path}`);
      return 0;
    case 'check':
      return await check();
    case 'preview':
      return await (await import('./preview/run.ts')).runPreview(process.env);
    default:
      return usage();
  }
}

async function check(): Promise<number> {
  const stale = (await staleExports()).map((slug) => `${slug}.json is not what the code says: run build`);
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
