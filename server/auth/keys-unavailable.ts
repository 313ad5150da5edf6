/** The key a token names is not at hand and can't be fetched now; `cause` says why. Nothing is known of the token. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";

  constructor(cause: unknown) {
    super("The keys of Bearer tokens can't be fetched", { cause });
  }
}
