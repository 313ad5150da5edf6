/** The exports of `nexus-sync-client/auth0`. */
export { type PostLoginEvent, type SignIn, type SignInOptions, signInOf } from "./sign-in.ts";
export {
  type ActionCache,
  type CachedTokenOptions,
  type ClientCredentials,
  cachedToken,
  clientCredentialsToken,
  type FetchedToken,
  type FetchToken,
} from "./token.ts";
