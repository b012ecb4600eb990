/** Texts that try to make whoever judges them approve. */
export interface Family {
  name: string;
  /**
   * `in view` and `kept aside` were there before the product's reader of accounts: it was learnt from neither, and from
   * texts of no kind that is kept aside. `later` was written when the reader had been learnt first, `last` when it had
   * been learnt anew of more accounts.
   */
  group: 'in view' | 'kept aside' | 'later' | 'last';
  texts: readonly string[];
}
