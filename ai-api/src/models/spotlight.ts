import { randomBytes } from 'node:crypto';

/** Marks text of people as data. */
export interface Spotlight {
  /** The markers as an instruction may name them. */
  open: string;
  close: string;
  quote(text: string): string;
}

/**
 * Markers that the author of the text cannot know, so that an instruction inside it is recognisably data. It
 * lowers the risk, it does not remove it.
 * @see https://arxiv.org/abs/2403.14720
 */
export function createSpotlight(): Spotlight {
  const marker = randomBytes(8).toString('hex');
  return {
    open: `<<${marker}`,
    close: `${marker}>>`,
    quote: (text) => `<<${marker} ${text.replaceAll(marker, '')} ${marker}>>`,
  };
}
