import { DockerfileParser, type From, type JSONInstruction } from 'dockerfile-ast';
import { isPinned } from '../compose/check.ts';

/**
 * What is wrong with a Dockerfile: bases that are not pinned, a last stage that runs as root or brings
 * development packages, programs in shell form, a missing health check.
 */
export function dockerfileFaults(text: string): string[] {
  const file = DockerfileParser.parse(text);
  const args = new Map(
    file.getInitialARGs().map((arg) => {
      const property = arg.getProperty();
      return [property?.getName() ?? '', property?.getValue() ?? ''];
    }),
  );
  const froms = file.getFROMs();
  const stages = new Set(froms.map((from) => from.getBuildStage()).filter((stage) => stage !== null));
  const instructions = file.getInstructions();
  const start = froms.at(-1)?.getRange().start.line ?? 0;
  const last = instructions.filter((instruction) => instruction.getRange().start.line >= start);
  const keyword = (name: string) => last.filter((instruction) => instruction.getKeyword() === name);
  const user = keyword('USER').at(-1)?.getArgumentsContent() ?? 'root';
  const shellForm = [...keyword('CMD'), ...keyword('ENTRYPOINT')].filter(
    (instruction) => !(instruction as JSONInstruction).getOpeningBracket?.(),
  );
  const installs = instructions.filter((instruction) =>
    /\bnpm (install|i)\b/.test(instruction.getArgumentsContent() ?? ''),
  );
  const copiesAll = keyword('COPY').filter((instruction) =>
    /^\.\s/.test(instruction.getArgumentsContent() ?? ''),
  );
  return [
    ...froms.flatMap((from) => baseFaults(from, args, stages as Set<string>)),
    ...(froms.length < 2 ? ['has one stage only'] : []),
    ...(/^(root|0)(:|$)/.test(user) ? ['runs as root'] : []),
    ...shellForm.map((instruction) => `has ${instruction.getKeyword()} in shell form`),
    ...(keyword('HEALTHCHECK').length === 0 ? ['has no HEALTHCHECK'] : []),
    ...installs.map(() => 'uses npm install instead of npm ci'),
    ...copiesAll.map(() => 'copies everything into its last stage'),
  ];
}

function baseFaults(from: From, args: Map<string, string>, stages: Set<string>): string[] {
  const written = from.getImage() ?? '';
  if (stages.has(written)) return [];
  const image = written.replace(/\$\{(\w+)\}/g, (_, name: string) => args.get(name) ?? '');
  return isPinned(image) ? [] : [`has a base that is not pinned: ${image}`];
}
