/**
 * An error whose message, description and data ToolJet shows to the app. ToolJet knows it by the name
 * of its class, which therefore must survive bundling.
 */
export class QueryError extends Error {
  readonly description: string;
  readonly data: unknown;

  constructor(message: string, description: string, data: unknown = {}) {
    super(message);
    this.name = 'QueryError';
    this.description = description;
    this.data = data;
  }
}
