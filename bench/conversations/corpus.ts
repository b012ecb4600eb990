/** Words that invented conversations are made of: common ones often, names and rare ones seldom. */
const COMMON =
  'error test build server request user session value query table index cache queue worker token file'.split(
    ' ',
  );
const VERBS = 'reads writes drops keeps sends parses awaits caches retries renames moves checks'.split(' ');

/** Numbers that look random and are the same each time. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A text of about so many words, with a name in code in every sentence. */
export function textOf(random: () => number, words: number): string {
  const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)] as string;
  const sentences: string[] = [];
  for (let count = 0; count < words; count += 8) {
    const number = Math.floor(random() * 5_000);
    const [noun, other] = [pick(COMMON), pick(COMMON)];
    const name = `${pick(VERBS)}${noun.charAt(0).toUpperCase()}${noun.slice(1)}${number}`;
    sentences.push(
      `The ${noun} ${pick(VERBS)} the ${other} in ${name}() of src/${other}/${noun}-${number % 400}.ts.`,
    );
  }
  return sentences.join(' ');
}
