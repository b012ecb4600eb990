/** Languages that explanations can be given in; English is what everything is written in. */
export const LANGUAGES = ['en', 'de', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];
