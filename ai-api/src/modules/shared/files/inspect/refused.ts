/** The content of a file is not what the company takes; the message tells people why. */
export class Refused extends Error {
  override name = 'Refused';
}
