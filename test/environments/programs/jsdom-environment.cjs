const { TestEnvironment } = require("jest-environment-jsdom");

/** Adds what jsdom lacks. Node's AbortController replaces jsdom's, whose signals Node's `fetch` rejects. */
module.exports = class extends TestEnvironment {
  constructor(...options) {
    super(...options);
    Object.assign(this.global, { fetch, Headers, Request, Response, TextEncoder, TextDecoder });
    Object.assign(this.global, { AbortController, AbortSignal });
  }
};
