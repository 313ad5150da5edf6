// Written by `npm run generate` from server/stub/control/control.yaml. Edit that file, never this one.
import type { operations } from "./types.ts";

/** What `default` stands for, but for those an operation declares; whatever is no error is declared by number. */
export type ErrorStatus =
  | 400 | 401 | 402 | 403 | 404 | 405 | 406 | 407 | 408 | 409 | 410 | 411 | 412 | 413 | 414 | 415 | 416 | 417 | 421
  | 422 | 423 | 424 | 425 | 426 | 428 | 429 | 431 | 451
  | 500 | 501 | 502 | 503 | 504 | 505 | 506 | 507 | 508 | 511;

export type ListRequestsPath = Record<string, never>;
export type ListRequestsRequest = undefined;
/** Every response the contract declares. */
export type ListRequestsResponse =
  | { status: 200; body: operations["ListRequests"]["responses"][200]["content"]["application/json"] }
  | { status: ErrorStatus; body: operations["ListRequests"]["responses"]["default"]["content"]["application/problem+json"] };

export type ForgetRequestsPath = Record<string, never>;
export type ForgetRequestsRequest = undefined;
/** Every response the contract declares. */
export type ForgetRequestsResponse =
  | { status: 204; body?: undefined }
  | { status: ErrorStatus; body: operations["ForgetRequests"]["responses"]["default"]["content"]["application/problem+json"] };

export type VerifyRequestsPath = Record<string, never>;
export type VerifyRequestsRequest = NonNullable<operations["VerifyRequests"]["requestBody"]>["content"][keyof NonNullable<operations["VerifyRequests"]["requestBody"]>["content"]];
/** Every response the contract declares. */
export type VerifyRequestsResponse =
  | { status: 200; body: operations["VerifyRequests"]["responses"][200]["content"]["application/json"] }
  | { status: ErrorStatus; body: operations["VerifyRequests"]["responses"]["default"]["content"]["application/problem+json"] };

export type ListFaultsPath = Record<string, never>;
export type ListFaultsRequest = undefined;
/** Every response the contract declares. */
export type ListFaultsResponse =
  | { status: 200; body: operations["ListFaults"]["responses"][200]["content"]["application/json"] }
  | { status: ErrorStatus; body: operations["ListFaults"]["responses"]["default"]["content"]["application/problem+json"] };

export type ReplaceFaultsPath = Record<string, never>;
export type ReplaceFaultsRequest = NonNullable<operations["ReplaceFaults"]["requestBody"]>["content"][keyof NonNullable<operations["ReplaceFaults"]["requestBody"]>["content"]];
/** Every response the contract declares. */
export type ReplaceFaultsResponse =
  | { status: 200; body: operations["ReplaceFaults"]["responses"][200]["content"]["application/json"] }
  | { status: ErrorStatus; body: operations["ReplaceFaults"]["responses"]["default"]["content"]["application/problem+json"] };

export type RemoveFaultsPath = Record<string, never>;
export type RemoveFaultsRequest = undefined;
/** Every response the contract declares. */
export type RemoveFaultsResponse =
  | { status: 204; body?: undefined }
  | { status: ErrorStatus; body: operations["RemoveFaults"]["responses"]["default"]["content"]["application/problem+json"] };

export type ReplaceDirectoryPath = Record<string, never>;
export type ReplaceDirectoryRequest = NonNullable<operations["ReplaceDirectory"]["requestBody"]>["content"][keyof NonNullable<operations["ReplaceDirectory"]["requestBody"]>["content"]];
/** Every response the contract declares. */
export type ReplaceDirectoryResponse =
  | { status: 200; body: operations["ReplaceDirectory"]["responses"][200]["content"]["application/json"] }
  | { status: ErrorStatus; body: operations["ReplaceDirectory"]["responses"]["default"]["content"]["application/problem+json"] };

export type ListUsersPath = Record<string, never>;
export type ListUsersRequest = undefined;
/** Every response the contract declares. */
export type ListUsersResponse =
  | { status: 200; body: operations["ListUsers"]["responses"][200]["content"]["application/json"] }
  | { status: ErrorStatus; body: operations["ListUsers"]["responses"]["default"]["content"]["application/problem+json"] };

export type ReadUserPath = operations["ReadUser"]["parameters"]["path"];
export type ReadUserRequest = undefined;
/** Every response the contract declares. */
export type ReadUserResponse =
  | { status: 200; body: operations["ReadUser"]["responses"][200]["content"]["application/json"] }
  | { status: ErrorStatus; body: operations["ReadUser"]["responses"]["default"]["content"]["application/problem+json"] };

export type ResetSessionPath = Record<string, never>;
export type ResetSessionRequest = undefined;
/** Every response the contract declares. */
export type ResetSessionResponse =
  | { status: 204; body?: undefined }
  | { status: ErrorStatus; body: operations["ResetSession"]["responses"]["default"]["content"]["application/problem+json"] };

/** Path parameters, body and responses of each operation. */
export interface Operations {
  ListRequests: { path: ListRequestsPath; body: ListRequestsRequest; response: ListRequestsResponse };
  ForgetRequests: { path: ForgetRequestsPath; body: ForgetRequestsRequest; response: ForgetRequestsResponse };
  VerifyRequests: { path: VerifyRequestsPath; body: VerifyRequestsRequest; response: VerifyRequestsResponse };
  ListFaults: { path: ListFaultsPath; body: ListFaultsRequest; response: ListFaultsResponse };
  ReplaceFaults: { path: ReplaceFaultsPath; body: ReplaceFaultsRequest; response: ReplaceFaultsResponse };
  RemoveFaults: { path: RemoveFaultsPath; body: RemoveFaultsRequest; response: RemoveFaultsResponse };
  ReplaceDirectory: { path: ReplaceDirectoryPath; body: ReplaceDirectoryRequest; response: ReplaceDirectoryResponse };
  ListUsers: { path: ListUsersPath; body: ListUsersRequest; response: ListUsersResponse };
  ReadUser: { path: ReadUserPath; body: ReadUserRequest; response: ReadUserResponse };
  ResetSession: { path: ResetSessionPath; body: ResetSessionRequest; response: ResetSessionResponse };
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
  "ListRequests": {
    "method": "get",
    "path": "/requests"
  },
  "ForgetRequests": {
    "method": "delete",
    "path": "/requests"
  },
  "VerifyRequests": {
    "method": "post",
    "path": "/verify"
  },
  "ListFaults": {
    "method": "get",
    "path": "/faults"
  },
  "ReplaceFaults": {
    "method": "put",
    "path": "/faults"
  },
  "RemoveFaults": {
    "method": "delete",
    "path": "/faults"
  },
  "ReplaceDirectory": {
    "method": "put",
    "path": "/directory"
  },
  "ListUsers": {
    "method": "get",
    "path": "/users"
  },
  "ReadUser": {
    "method": "get",
    "path": "/users/{userId}"
  },
  "ResetSession": {
    "method": "post",
    "path": "/reset"
  }
} as const satisfies Record<
  keyof Operations,
  Pick<OperationConstants, "method" | "path">
>;

export const SECURITY_SCHEMES = {
  "ControlToken": {
    "type": "http",
    "scheme": "bearer"
  }
} as const;

export const OPERATIONS = {
  "ListRequests": {
    "method": "get",
    "path": "/requests",
    "security": [
      [],
      [
        "ControlToken"
      ]
    ],
    "permissions": [],
    "requestMediaTypes": [],
    "requestExamples": [],
    "responses": {
      "200": {
        "mediaTypes": [
          "application/json"
        ],
        "headers": [],
        "examples": []
      },
      "default": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [],
        "examples": []
      }
    }
  },
  "ForgetRequests": {
    "method": "delete",
    "path": "/requests",
    "security": [
      [],
      [
        "ControlToken"
      ]
    ],
    "permissions": [],
    "requestMediaTypes": [],
    "requestExamples": [],
    "responses": {
      "204": {
        "mediaTypes": [],
        "headers": [],
        "examples": []
      },
      "default": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [],
        "examples": []
      }
    }
  },
  "VerifyRequests": {
    "method": "post",
    "path": "/verify",
    "security": [
      [],
      [
        "ControlToken"
      ]
    ],
    "permissions": [],
    "requestMediaTypes": [
      "application/json"
    ],
    "requestExamples": [],
    "responses": {
      "200": {
        "mediaTypes": [
          "application/json"
        ],
        "headers": [],
        "examples": []
      },
      "default": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [],
        "examples": []
      }
    }
  },
  "ListFaults": {
    "method": "get",
    "path": "/faults",
    "security": [
      [],
      [
        "ControlToken"
      ]
    ],
    "permissions": [],
    "requestMediaTypes": [],
    "requestExamples": [],
    "responses": {
      "200": {
        "mediaTypes": [
          "application/json"
        ],
        "headers": [],
        "examples": []
      },
      "default": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [],
        "examples": []
      }
    }
  },
  "ReplaceFaults": {
    "method": "put",
    "path": "/faults",
    "security": [
      [],
      [
        "ControlToken"
      ]
    ],
    "permissions": [],
    "requestMediaTypes": [
      "application/json"
    ],
    "requestExamples": [],
    "responses": {
      "200": {
        "mediaTypes": [
          "application/json"
        ],
        "headers": [],
        "examples": []
      },
      "default": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [],
        "examples": []
      }
    }
  },
  "RemoveFaults": {
    "method": "delete",
    "path": "/faults",
    "security": [
      [],
      [
        "ControlToken"
      ]
    ],
    "permissions": [],
    "requestMediaTypes": [],
    "requestExamples": [],
    "responses": {
      "204": {
        "mediaTypes": [],
        "headers": [],
        "examples": []
      },
      "default": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [],
        "examples": []
      }
    }
  },
  "ReplaceDirectory": {
    "method": "put",
    "path": "/directory",
    "security": [
      [],
      [
        "ControlToken"
      ]
    ],
    "permissions": [],
    "requestMediaTypes": [
      "application/json"
    ],
    "requestExamples": [],
    "responses": {
      "200": {
        "mediaTypes": [
          "application/json"
        ],
        "headers": [],
        "examples": []
      },
      "default": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [],
        "examples": []
      }
    }
  },
  "ListUsers": {
    "method": "get",
    "path": "/users",
    "security": [
      [],
      [
        "ControlToken"
      ]
    ],
    "permissions": [],
    "requestMediaTypes": [],
    "requestExamples": [],
    "responses": {
      "200": {
        "mediaTypes": [
          "application/json"
        ],
        "headers": [],
        "examples": []
      },
      "default": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [],
        "examples": []
      }
    }
  },
  "ReadUser": {
    "method": "get",
    "path": "/users/{userId}",
    "security": [
      [],
      [
        "ControlToken"
      ]
    ],
    "permissions": [],
    "requestMediaTypes": [],
    "requestExamples": [],
    "responses": {
      "200": {
        "mediaTypes": [
          "application/json"
        ],
        "headers": [],
        "examples": []
      },
      "default": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [],
        "examples": []
      }
    }
  },
  "ResetSession": {
    "method": "post",
    "path": "/reset",
    "security": [
      [],
      [
        "ControlToken"
      ]
    ],
    "permissions": [],
    "requestMediaTypes": [],
    "requestExamples": [],
    "responses": {
      "204": {
        "mediaTypes": [],
        "headers": [],
        "examples": []
      },
      "default": {
        "mediaTypes": [
          "application/problem+json"
        ],
        "headers": [],
        "examples": []
      }
    }
  }
} as const satisfies Record<
  keyof Operations,
  OperationConstants
>;
