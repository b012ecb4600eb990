/** What {@link screeningOf} says of a text that a model may read. */
export const NOTHING_FOUND = 'none';

/** What keeps a text from the model; a message of a rule reads "The text {request.textScreening}". */
export type TextScreening = typeof NOTHING_FOUND | (typeof FINDINGS)[number]['finding'];

const MAX_CHARACTERS = 1000;
/**
 * Characters that people do not see, by which a text can say one thing to them and another to a model: control and
 * private characters, and everything Unicode has displays ignore (zero width, bidirectional, tags). Joiners after a
 * letter that is not Latin, and the variation selector of emoji, belong to ordinary writing.
 */
const HIDDEN =
  /[[\p{Cc}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]--[\t\n\r\u200c\u200d\ufe0f]]|(?<![[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]--\p{Script=Latin}])[\u200c\u200d]/v;
/** Tags and comments of HTML or XML, their entities, code fences, links and images of Markdown, JSON. */
const MARKUP = /<[/!?]?[a-z][^<>]{0,500}>|<!--|&(?:#\w{1,8}|[a-z]{2,8});|```|\]\(|[{[]\s{0,9}"/i;
/** What separates the turns of a conversation with a model, in the formats that models are trained on. */
const CHAT_ROLES =
  /<\||\|>|<<\/?SYS>>|\[\/?INST\]|^\W{0,9}(?:system|assistant|user|developer|tool|human)\W{0,3}:/im;

const FINDINGS = [
  {
    finding: 'is longer than the engine reads alone',
    applies: (text: string) => text.length > MAX_CHARACTERS,
  },
  { finding: 'has hidden or control characters', applies: (text: string) => HIDDEN.test(text) },
  { finding: 'has markers of a chat with a model', applies: (text: string) => CHAT_ROLES.test(text) },
  { finding: 'has markup or code', applies: (text: string) => MARKUP.test(text) },
] as const;

/**
 * Screens a text before a model reads it, by its characters alone. A finding says nothing against the writer: it is a
 * reason for a person to read the text. What a text says is not looked at; that a model believes it makes no approval
 * (`judgement/decide.ts`).
 */
export function screeningOf(text: string): TextScreening {
  return FINDINGS.find(({ applies }) => applies(text))?.finding ?? NOTHING_FOUND;
}
