/** Where secrets are read from. */
export interface Vault {
  /** The secret's text. @throws {SecretUnreadable} */
  read(name: string): Promise<string>;
  close(): void;
}

/** Why a secret cannot be had, in words that hold neither its name nor its value. */
export class SecretUnreadable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SecretUnreadable';
  }
}
