import { contentWordsOf, stemOf } from '../retrieval/words.ts';
import type { Token } from './tokens.ts';

const setOf = (words: string) => new Set(words.split(' '));

const NEGATIONS = setOf('not no never nobody none nothing neither nor nowhere without');
const EXCEPTIONS = setOf('unless except excepting excluding besides');
const CONDITIONS = setOf('if when whenever unless provided');
const ONLY = setOf('only solely exclusively merely');
const UNIVERSAL = setOf(
  'all every each any always everybody everyone everything whoever anybody anyone whenever',
);
const PARTIAL = setOf('most some many few several often usually sometimes mostly rarely normally generally');
const ORDER = setOf('before after until since during');
const MUST = setOf(
  'must shall required require requires mandatory obliged obligatory need needs needed have has',
);
const MAY = setOf('may can could might allowed permitted possible optional free');
const SHOULD = setOf('should ought recommended advised encouraged');
/** Verbs and adjectives that deny what follows; by their stems. */
const DENIALS = new Set(
  'untrue false wrong refuse reject deny decline forbid forbidden prohibit ban exclude void invalid cancel revoke withdraw fail stop avoid ignore'
    .split(' ')
    .map(stemOf),
);
/** Words that say nothing a document would have to say. */
const FILLERS = setOf(
  'according also company document employee employees get gets policy policies people person rule rules say says staff state states there need needs needed required must may can should allowed permitted possible advance case',
);
const DATES = setOf(
  'monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december spring summer autumn winter noon midnight morning evening night weekend weekday today tomorrow yesterday',
);
/** Whoever acts: another one of these is another rule. */
const ROLES = setOf(
  'lead leader manager director officer executive board team department supervisor foreman colleague boss owner chief president partner legal finance helpdesk reception security client customer supplier vendor visitor guest volunteer apprentice trainee intern student teacher parent child patient doctor nurse driver courier worker pharmacist warden police authority committee council spokesperson ombudsperson buddy peer founder contractor builder reviewer approver',
);
const OPPOSITES = [
  'before after',
  'above below',
  'over under',
  'first last',
  'more less',
  'more fewer',
  'open closed',
  'open close',
  'opens closes',
  'public private',
  'internal external',
  'inside outside',
  'begin end',
  'start stop',
  'start end',
  'increase decrease',
  'increased reduced',
  'increased decreased',
  'raise lower',
  'higher lower',
  'earlier later',
  'early late',
  'accept refuse',
  'accepted refused',
  'accepted rejected',
  'allowed forbidden',
  'permitted prohibited',
  'approve reject',
  'approved rejected',
  'buy sell',
  'lend borrow',
  'heavier lighter',
  'longer shorter',
  'older younger',
  'dearer cheaper',
  'larger smaller',
  'minimum maximum',
  'least most',
  'with without',
  'paid unpaid',
  'free paid',
  'optional mandatory',
  'keep erase',
  'kept erased',
  'kept deleted',
  'full empty',
  'loaded unloaded',
  'same different',
  'always never',
  'everybody nobody',
  'all none',
  'arrive leave',
  'winter summer',
  'day night',
].map((pair) => pair.split(' ') as [string, string]);
const NOT_PREFIX = /^(?:un|in|im|ir|il|dis|non)(?=\p{L}{4})/u;

export const isDate = ({ text, isName }: Token) =>
  DATES.has(text) && (text !== 'may' && text !== 'march' ? true : isName);
export const isDenial = ({ stem }: Token) => DENIALS.has(stem);
export const isRole = ({ text, stem }: Token) => ROLES.has(text) || ROLES.has(stem);
export const isFiller = ({ text }: Token) => FILLERS.has(text) || contentWordsOf(text).length === 0;

const textsOf = (tokens: readonly Token[]) => new Set(tokens.map(({ text }) => text));
const any = (words: ReadonlySet<string>, of: ReadonlySet<string>) => [...of].some((word) => words.has(word));

interface Negation {
  /** The first word that it denies. */
  head: Token | undefined;
  /** All of the clause behind it. */
  scope: Token[];
}

function negationsOf(tokens: readonly Token[]): Negation[] {
  return tokens.flatMap((token, at) => {
    if (!NEGATIONS.has(token.text)) return [];
    const scope = tokens
      .slice(at + 1)
      .filter((other) => other.clause === token.clause && !isFillerOfScope(other));
    return [{ head: scope[0], scope }];
  });
}

const isFillerOfScope = ({ text }: Token) =>
  contentWordsOf(text).length === 0 && !['more', 'only', 'before', 'after'].includes(text);

/** Whether a sentence denies what its source affirms, or affirms what that denies. */
export function deniesOtherwise(sentence: readonly Token[], source: readonly Token[]): boolean {
  const [own, given] = [negationsOf(sentence), negationsOf(source)];
  const stems = (negations: readonly Negation[]) =>
    new Set(negations.flatMap(({ scope }) => scope.map(({ stem }) => stem)));
  const [denied, deniedThere] = [stems(own), stems(given)];
  // What is denied has to be denied there.
  if (own.some(({ head }) => head === undefined || !deniedThere.has(head.stem))) return true;
  // What is denied there must not be told without it.
  const told = new Set(sentence.map(({ stem }) => stem));
  return given.some(
    ({ head, scope }) =>
      (head !== undefined && told.has(head.stem) && !denied.has(head.stem)) ||
      (own.length === 0 && scope.some(({ stem }) => told.has(stem))),
  );
}

/** Whether a sentence leaves out a condition or an exception of its source, or makes one of its own. */
export function conditionsDiffer(sentence: readonly Token[], source: readonly Token[]): boolean {
  const [own, given] = [textsOf(sentence), textsOf(source)];
  if (any(EXCEPTIONS, own) !== any(EXCEPTIONS, given)) return true;
  if (any(ONLY, own) && !any(ONLY, given)) return true;
  return any(CONDITIONS, own) !== any(CONDITIONS, given) && !isWhoever(own, given);
}

/** "Whoever misses" is "if you miss". */
const isWhoever = (own: ReadonlySet<string>, given: ReadonlySet<string>) =>
  own.has('whoever') || given.has('whoever');

/** Whether a sentence is about more or less than its source: all for most, after for before, opposites. */
export function scopeDiffers(sentence: readonly Token[], source: readonly Token[]): boolean {
  const [own, given] = [textsOf(sentence), textsOf(source)];
  if (any(UNIVERSAL, own) && !any(UNIVERSAL, given) && !any(NEGATIONS, given)) return true;
  const partly = (words: ReadonlySet<string>) =>
    [...words].filter((word) => PARTIAL.has(word) && word !== 'most');
  if (partly(own).some((word) => !given.has(word))) return true;
  const isMost = (tokens: readonly Token[]) =>
    tokens.some(({ text }, at) => text === 'most' && tokens[at - 1]?.text !== 'at');
  if (isMost(sentence) !== isMost(source)) return true;
  if ([...own].some((word) => ORDER.has(word) && !given.has(word))) return true;
  if (OPPOSITES.some(([a, b]) => turned(own, given, a, b) || turned(own, given, b, a))) return true;
  return (
    [...own].some((word) => !given.has(word) && negated(word, given)) ||
    [...given].some((word) => !own.has(word) && negated(word, own))
  );
}

const turned = (own: ReadonlySet<string>, given: ReadonlySet<string>, a: string, b: string) =>
  own.has(a) && !given.has(a) && given.has(b) && !own.has(b);

const negated = (word: string, of: ReadonlySet<string>) =>
  NOT_PREFIX.test(word) && of.has(word.replace(NOT_PREFIX, ''));

/** Whether a sentence orders what its source allows or advises, or the other way round. */
export function modalityDiffers(sentence: readonly Token[], source: readonly Token[]): boolean {
  const [own, given] = [modalityOf(sentence), modalityOf(source)];
  if (own.should !== given.should) return true;
  if (own.must && given.may && !given.must) return true;
  if (own.may && given.must && !given.may) return true;
  // A plain statement of what is only allowed is more than that; a plain rule may be said to oblige.
  if (given.may && !own.may) return true;
  return own.may && !given.may && !given.must;
}

function modalityOf(tokens: readonly Token[]) {
  const found = { must: false, may: false, should: false };
  for (const [at, { text, isName }] of tokens.entries()) {
    if ((text === 'have' || text === 'has') && tokens[at + 1]?.text !== 'to') continue;
    found.must ||= MUST.has(text);
    found.may ||=
      MAY.has(text) && !(text === 'may' && isName) && !(text === 'free' && tokens[at + 1]?.text !== 'to');
    found.should ||= SHOULD.has(text);
  }
  return found;
}

const CUES = new Set([
  ...NEGATIONS,
  ...EXCEPTIONS,
  ...CONDITIONS,
  ...ONLY,
  ...UNIVERSAL,
  ...PARTIAL,
  ...ORDER,
]);

/** Words that are compared as such, and name nothing. */
export const isCue = ({ text }: Token) => CUES.has(text);
