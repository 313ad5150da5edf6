/** The exports of `nexus-sync-client/auth0`. */
export {
  type ActionCache,
  type CachedTokenOptions,
  cachedToken,
  type FetchedToken,
  type FetchToken,
} from "./cached-token.ts";
export { type ClientCredentials, clientCredentialsToken } from "./client-credentials.ts";
export { type PostLoginEvent, type SignIn, type SignInOptions, signInOf } from "./sign-in.ts";
