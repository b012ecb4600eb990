import type { Definition, Step } from './schema.ts';

/** A list of steps inside a composed step, and where it is. */
interface Part {
  steps: readonly Step[];
  /** Appended to the place of the composed step, such as `.cases[0].steps`. */
  place: string;
}

/** The lists of steps that a step contains. */
export function partsOf(step: Step): Part[] {
  switch (step.type) {
    case 'branch':
      return [
        ...step.cases.map(({ steps }, index) => ({ steps, place: `.cases[${index}].steps` })),
        { steps: step.otherwise, place: '.otherwise' },
      ];
    case 'parallel':
      return Object.entries(step.branches).map(([name, steps]) => ({ steps, place: `.branches.${name}` }));
    case 'map':
      return [{ steps: step.steps, place: '.steps' }];
    default:
      return [];
  }
}

/** Every step, in the order of the text, with its place such as `steps[2].otherwise[0]`. */
export function* eachStep(
  steps: readonly Step[],
  place = 'steps',
  depth = 1,
): Generator<{ step: Step; place: string; depth: number }> {
  for (const [index, step] of steps.entries()) {
    const here = `${place}[${index}]`;
    yield { step, place: here, depth };
    for (const part of partsOf(step)) yield* eachStep(part.steps, here + part.place, depth + 1);
  }
}

const known = new WeakMap<Definition, Map<string, Step>>();

/** The step of an id. */
export function stepById(definition: Definition, id: string): Step | undefined {
  let byId = known.get(definition);
  if (!byId) {
    byId = new Map([...eachStep(definition.steps)].map(({ step }) => [step.id, step]));
    known.set(definition, byId);
  }
  return byId.get(id);
}
