// Written by `npm run generate` from openapi.yaml. Edit that file, never this one.
import type { operations } from "./types.ts";

export type SyncUserIdentityPath = operations["SyncUserIdentity"]["parameters"]["path"];
export type SyncUserIdentityRequest = NonNullable<operations["SyncUserIdentity"]["requestBody"]>["content"][keyof NonNullable<operations["SyncUserIdentity"]["requestBody"]>["content"]];
/** Every response the contract declares. */
export type SyncUserIdentityResponse =
  | { status: 200; body: operations["SyncUserIdentity"]["responses"][200]["content"]["application/json"] }
  | { status: 400; body: operations["SyncUserIdentity"]["responses"][400]["content"]["application/problem+json"] }
  | { status: 401; body: operations["SyncUserIdentity"]["responses"][401]["content"]["application/problem+json"] }
  | { status: 403; body: operations["SyncUserIdentity"]["responses"][403]["content"]["application/problem+json"] }
  | { status: 404; body: operations["SyncUserIdentity"]["responses"][404]["content"]["application/problem+json"] }
  | { status: 405; body: operations["SyncUserIdentity"]["responses"][405]["content"]["application/problem+json"] }
  | { status: 406; body: operations["SyncUserIdentity"]["responses"][406]["content"]["application/problem+json"] }
  | { status: 413; body: operations["SyncUserIdentity"]["responses"][413]["content"]["application/problem+json"] }
  | { status: 415; body: operations["SyncUserIdentity"]["responses"][415]["content"]["application/problem+json"] }
  | { status: 429; body: operations["SyncUserIdentity"]["responses"][429]["content"]["application/problem+json"] }
  | { status: 500; body: operations["SyncUserIdentity"]["responses"][500]["content"]["application/problem+json"] }
  | { status: 503; body: operations["SyncUserIdentity"]["responses"][503]["content"]["application/problem+json"] };

/** Path parameters, body and responses of each operation. */
export interface Operations {
  SyncUserIdentity: { path: SyncUserIdentityPath; body: SyncUserIdentityRequest; response: SyncUserIdentityResponse };
}

/** One handler for each operation: a missing one, an extra one or an undeclared status does not compile. */
export type Handlers<Context> = {
  [Id in keyof Operations]: (
    request: Pick<Operations[Id], "path" | "body">,
    context: Context,
  ) => Promise<Operations[Id]["response"]>;
};

export interface OperationConstants {
  method: string;
  /** The path template, as in the contract. */
  path: string;
  /** Alternatives of schemes that must all hold; an empty one needs no credentials. */
  security: readonly (readonly (keyof typeof SECURITY_SCHEMES)[])[];
  /** Any one of these suffices; none are needed where the list is empty. */
  permissions: readonly string[];
  requestMediaTypes: readonly string[];
  requestExamples: readonly string[];
  responses: Readonly<Record<number, ResponseConstants>> & { readonly default?: ResponseConstants };
}

export interface ResponseConstants {
  mediaTypes: readonly string[];
  headers: readonly string[];
  examples: readonly string[];
}

/** Where each operation is found; apart from the rest, so that a caller's bundle holds no more than it needs. */
export const ROUTES = {
  "SyncUserIdentity": {
    "method": "put",
    "path": "/v1/users/{userId}/$sync"
  }
} as const satisfies Record<
  keyof Operations,
  Pick<OperationConstants, "method" | "path">
>;

export const SECURITY_SCHEMES = {
  "Bearer": {
    "type": "http",
    "scheme": "bearer"
  },
  "ApplicationToken": {
    "type": "apiKey",
    "in": "header",
    "name": "X-Application-Token"
  },
  "Basic": {
    "type": "http",
    "scheme": "basic"
  }
} as const;

export const OPERATIONS = {
  "SyncUserIdentity": {
    "method": "put",
    "path": "/v1/users/{userId}/$sync",
    "security": [
      [
        "Bearer",
        "ApplicationToken"
      ],
      [
        "Basic"
      ]
    ],
    "permissions": [
      "user.write",
      "write"
    ],
    "requestMediaTypes": [
      "application/json",
      "text/json",
      "application/*+json"
    ],
    "requestExamples": [
      "groupSignIn",
      "minimal"
    ],
    "responses": {
      "200": {
        "mediaTypes": [
          "application/json",
          "text/json"
        ],
        "headers": [
          "X-Request-Id"
        ],
        "examples": [
          "synced",
          "notAuthenticated"
        ]
      },
      "400": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [
          "X-Request-Id"
        ],
        "examples": [
          "invalidRequest"
        ]
      },
      "401": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [
          "X-Request-Id",
          "WWW-Authenticate"
        ],
        "examples": [
          "unauthenticated"
        ]
      },
      "403": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [
          "X-Request-Id"
        ],
        "examples": [
          "forbidden"
        ]
      },
      "404": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [
          "X-Request-Id"
        ],
        "examples": [
          "unknownUser"
        ]
      },
      "405": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [
          "X-Request-Id",
          "Allow"
        ],
        "examples": [
          "methodNotAllowed"
        ]
      },
      "406": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [
          "X-Request-Id"
        ],
        "examples": [
          "notAcceptable"
        ]
      },
      "413": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [
          "X-Request-Id"
        ],
        "examples": [
          "contentTooLarge"
        ]
      },
      "415": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [
          "X-Request-Id"
        ],
        "examples": [
          "unsupportedMediaType"
        ]
      },
      "429": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [
          "X-Request-Id",
          "Retry-After"
        ],
        "examples": [
          "tooManyRequests"
        ]
      },
      "500": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [
          "X-Request-Id"
        ],
        "examples": [
          "internalError"
        ]
      },
      "503": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [
          "X-Request-Id",
          "Retry-After"
        ],
        "examples": [
          "unavailable"
        ]
      }
    }
  }
} as const satisfies Record<
  keyof Operations,
  OperationConstants
>;
