/** What {@link signOf} says of a text without a sign. */
export const NO_SIGN = 'none';

/** Letters that look like others, invisible ones, and writing directions: all that a reader does not see. */
const HIDDEN = [
  // Joiners have a place inside emoji and in Arabic and Indic writing.
  /(?<!\p{Extended_Pictographic}|\ufe0f|\p{Script=Arabic}|\p{Script=Devanagari})\p{Cf}/u,
  /[\u{e0000}-\u{e007f}\u202a-\u202e\u2066-\u2069]/u,
  /[\u{1d400}-\u{1d7ff}\u2460-\u24ff\uff21-\uff5a]/u,
  /\p{L}[\u0332\u0335-\u0338]\p{L}[\u0332\u0335-\u0338]/u,
  /\p{Script=Latin}[\p{Script=Cyrillic}\p{Script=Greek}]|[\p{Script=Cyrillic}\p{Script=Greek}]\p{Script=Latin}/u,
  /(?:(?<!\p{L})\p{L}[ .\-_*]+){4}\p{L}(?!\p{L})/u,
  /\n{20}/,
];

/** Markup, code and the turns of a conversation. */
const MARKUP = [
  /<[/!|]?[a-z|]|\|>|>>|```|"""/i,
  /\]\(|\[\/?inst\]|^\|.*\|$|^-{3,}$|^#{1,6} |\*\*/im,
  /&#x?[\da-f]+;|(?:%[\da-f]{2}){4}|(?:\\u[\da-f]{4}){4}/i,
  /[{,]\s*"[\w-]+"\s*:/,
  /^\s*(?:system|assistant|user|human|role)\s*:|end of data/im,
  // Facts by their paths.
  /\b(?:request|limits|history|builder|project|week|day)\.[a-z]+/,
];

/** Words for the decision, the one who makes it and how, in folded letters: work has little need of them. */
const ABOUT_THE_DECISION = [
  /\b(?:pre-?)?approv|\bauthori[sz]|\bsign(?:s|ed)? (?:this |it |that )?off\b|\b(?:a |the )formality\b/,
  /\bscor(?:e|es|ed|ing)\b|\brubric|\bcriteri|\bthreshold|\bjustification\b|\bplausibility\b/,
  /\bjudg(?:e|es|ing)\b|\breviewer\b|\b(?:as an?|you are an?) (?:ai|assistant)\b|\bassistant without\b|\w+bot\b/,
  /\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instruction|rule|told|above|previous)|\bnew instruction/,
  /\b(?:act as|pretend|you are now|play the role|simulate a|every answer)\b|\b(?:your|the) answer (?:has|is|must)\b/,
  /\b(?:rate|give|mark) (?:this|it|me)\b|\b100 (?:out of|of|%)|\b(?:answer|give|with|is) 100\b/,
  /\b(?:per|according to|under) (?:the )?(?:policy|policies|rule)|\baccepted the same\b|\bno check\b/,
  /genehmig|bewillig|anweisung|approuv|aprueb|\baprob|\baprov|istruzioni|goedgekeurd|goedkeur|\bkeur\b/,
  /instructions precedentes|instrucciones|instrucoes|instructies|zatwierdz|poleceni/,
  /одобр|утверд|инструкц|批准|满分|指示|承認|승인|지시|موافق|وافق|التعليمات/,
];

/**
 * What in a text speaks to whoever judges it, hides from a reader or is no prose, in a few words; {@link NO_SIGN}
 * mostly. A sign is a reason for a person to look, no more: it is easily avoided by those who try, and people have
 * honest reasons for these words.
 */
export function signOf(text: string): string {
  if (HIDDEN.some((sign) => sign.test(text))) return 'has hidden or disguised characters';
  if (MARKUP.some((sign) => sign.test(text))) return 'has markup, code or turns of a conversation';
  const folded = fold(text);
  if (ABOUT_THE_DECISION.some((sign) => sign.test(folded))) return 'speaks of the decision';
  const disguised = [rot13(folded), [...folded].reverse().join(''), ...decoded(text).map(fold)];
  if (disguised.some((view) => ABOUT_THE_DECISION.slice(0, 4).some((sign) => sign.test(view)))) {
    return 'speaks of the decision in a code';
  }
  return NO_SIGN;
}

/** Lower case without accents, one space between words. */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mn}+/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/\s+/g, ' ');
}

function rot13(text: string): string {
  return text.replace(/[a-z]/g, (letter) =>
    String.fromCharCode(97 + ((letter.charCodeAt(0) - 97 + 13) % 26)),
  );
}

/** What long runs of base64 and hexadecimal digits say. */
function decoded(text: string): string[] {
  const base64 = [...text.matchAll(/[A-Za-z\d+/_-]{16,}={0,2}/g)].map(([run]) => Buffer.from(run, 'base64'));
  const hex = [...text.matchAll(/(?:[\da-f]{2}){8,}/gi)].map(([run]) => Buffer.from(run, 'hex'));
  return [...base64, ...hex].map((bytes) => bytes.toString('utf8'));
}
