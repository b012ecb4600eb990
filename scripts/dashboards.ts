/**
 * `npm run dashboards`: pictures are taken of an API with a sample company, from the support of the tests; every
 * other command is the dashboards' own program.
 */
const [command, ...only] = process.argv.slice(2);
if (command === 'screenshots') {
  const { takePictures } = await import('../dashboards/test/screenshots/index.ts');
  process.exitCode = await takePictures(only);
} else await import('../dashboards/src/cli.ts');
