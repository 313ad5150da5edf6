/** The exports of `nexus-sync-client/auth0`. */
export type { FetchedToken, FetchToken, TokenSource } from "../token/token-source.ts";
export { type ActionCache, type CachedTokenOptions, cachedToken } from "./cached-token.ts";
export { type ClientCredentials, clientCredentialsToken } from "./client-credentials.ts";
export { type PostLoginEvent, type SignIn, type SignInOptions, signInOf } from "./sign-in.ts";
