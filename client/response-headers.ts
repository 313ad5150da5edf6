/**
 * The headers of a response. For a header that the contract requires, as it is written there, `get` returns a string.
 * The client does not check that the server sent it.
 */
export type ResponseHeaders<Declared> = Omit<Headers, "get"> & {
  get<Name extends string>(name: Name): HeaderValue<Declared, Name>;
};

/** Of a union of responses, all must require the header. */
type HeaderValue<Declared, Name extends string> = Declared extends Record<Name, string> ? string : string | null;
