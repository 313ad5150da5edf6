// Written by `npm run generate` from server/stub/control/control.yaml. Edit that file, never this one.
export interface paths {
    "/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the remembered requests, the latest first */
        get: operations["ListRequests"];
        put?: never;
        post?: never;
        /** Forget all requests */
        delete: operations["ForgetRequests"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Count the remembered requests that match
         * @description Whether the count is as expected stands in the answer. Where it is not, the closest misses stand there too.
         */
        post: operations["VerifyRequests"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/faults": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the fault rules, in the order in which they are tried */
        get: operations["ListFaults"];
        /** Replace all fault rules */
        put: operations["ReplaceFaults"];
        post?: never;
        /** Remove all fault rules */
        delete: operations["RemoveFaults"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/directory": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Replace the whole directory
         * @description The body is a directory as in a directory file. What is wrong with it is answered as a list, and then nothing is replaced.
         */
        put: operations["ReplaceDirectory"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List users, each with what a sign-in would give */
        get: operations["ListUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a user as stored */
        get: operations["ReadUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go back to the directory of the start, without faults and requests */
        post: operations["ResetSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        ControlProblem: {
            type: string;
            title: string;
            status: number;
            detail?: string;
            errors?: components["schemas"]["Violation"][];
        };
        Violation: {
            pointer?: string;
            name?: string;
            in?: string;
            detail: string;
        };
        Journal: {
            requests: components["schemas"]["JournalEntry"][];
            /** @description Requests that were forgotten to make room for later ones. */
            evicted: number;
        };
        JournalEntry: {
            /** @description The request id. */
            id: string;
            /** Format: date-time */
            at: string;
            session?: string;
            method: string;
            /** @description As sent. */
            path: string;
            operationId?: string;
            userId?: string;
            /** @description As the body names it. */
            audience?: string;
            /** @description As the body names it. */
            connectionId?: string;
            /** @description Id of the API key or subject of the token. */
            caller?: string;
            /** @description Absent where no answer was sent. */
            status?: number;
            /** @description Key of the refusal. */
            problem?: string;
            /** @description What was wrong with the request, pointer by pointer. */
            errors?: components["schemas"]["Violation"][];
            /** @description Id of the fault rule that fired. */
            rule?: string;
            durationMs?: number;
            request: components["schemas"]["JournalMessage"];
            answer: components["schemas"]["JournalMessage"];
        };
        /** @description Headers without secrets, and the body, cut at 16 KiB. */
        JournalMessage: {
            headers: {
                [key: string]: string;
            };
            body?: string;
        };
        Verification: {
            match: components["schemas"]["RequestMatch"];
            count: components["schemas"]["ExpectedCount"];
        };
        /** @description Every member that is given must be equal. */
        RequestMatch: {
            method?: string;
            path?: string;
            operationId?: string;
            userId?: string;
            audience?: string;
            connectionId?: string;
            caller?: string;
            status?: number;
            problem?: string;
        };
        ExpectedCount: {
            exactly?: number;
            atLeast?: number;
            atMost?: number;
        };
        Verdict: {
            passed: boolean;
            /** @description Remembered requests that match. */
            count: number;
            /** @description Requests that were forgotten and not counted. */
            evicted: number;
            /** @description Where it failed, up to five requests that match in most members. */
            closest: components["schemas"]["Miss"][];
        };
        Miss: {
            id: string;
            /** @description One sentence a member, such as "status is 404, not 200". */
            reasons: string[];
        };
        FaultRules: {
            rules: components["schemas"]["FaultRule"][];
        };
        FaultRule: {
            match?: components["schemas"]["FaultMatch"];
            /** @description How often it fires. Absent, always. */
            times?: number;
            fault: components["schemas"]["Fault"];
        };
        /** @description Every member that is given must be equal; without any, every request matches. */
        FaultMatch: {
            userId?: string;
            audience?: string;
            connectionId?: string;
        };
        Fault: components["schemas"]["LatencyFault"] | components["schemas"]["StatusFault"] | components["schemas"]["BrokenAnswerFault"];
        /** @description The request waits before it is worked on; `ms`, or lognormal around `ms` with `sigma` and `seed`. */
        LatencyFault: {
            /** @constant */
            kind: "latency";
            ms: number;
            sigma?: number;
            seed?: number;
        };
        /** @description The answer has this status, and nothing is written. */
        StatusFault: {
            /** @constant */
            kind: "status";
            status: number;
            retryAfterSeconds?: number;
        };
        /** @description The connection is reset before anything is done; or the sync is done, and its answer is dropped, cut in the middle, made malformed, or sent as text/html. */
        BrokenAnswerFault: {
            /** @enum {string} */
            kind: "reset" | "drop-answer" | "truncated-body" | "malformed-json" | "wrong-media-type";
        };
        Faults: {
            rules: components["schemas"]["ActiveFault"][];
        };
        ActiveFault: {
            id: string;
            rule: components["schemas"]["FaultRule"];
            fired: number;
        };
        LoadCount: {
            total: number;
        };
        Users: {
            total: number;
            users: components["schemas"]["UserPreview"][];
        };
        UserPreview: {
            id: string;
            name?: string;
            /** @description One for each connection of the user and audience of the directory's roles. */
            signIns: components["schemas"]["SignInPreview"][];
        };
        SignInPreview: {
            connectionId: string;
            audience: string;
            isAuthenticated: boolean;
            roles: string[];
        };
        StoredUser: {
            id: string;
        };
    };
    responses: {
        /** @description The request was refused. */
        Problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ControlProblem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type ControlProblem = components['schemas']['ControlProblem'];
export type Violation = components['schemas']['Violation'];
export type Journal = components['schemas']['Journal'];
export type JournalEntry = components['schemas']['JournalEntry'];
export type JournalMessage = components['schemas']['JournalMessage'];
export type Verification = components['schemas']['Verification'];
export type RequestMatch = components['schemas']['RequestMatch'];
export type ExpectedCount = components['schemas']['ExpectedCount'];
export type Verdict = components['schemas']['Verdict'];
export type Miss = components['schemas']['Miss'];
export type FaultRules = components['schemas']['FaultRules'];
export type FaultRule = components['schemas']['FaultRule'];
export type FaultMatch = components['schemas']['FaultMatch'];
export type Fault = components['schemas']['Fault'];
export type LatencyFault = components['schemas']['LatencyFault'];
export type StatusFault = components['schemas']['StatusFault'];
export type BrokenAnswerFault = components['schemas']['BrokenAnswerFault'];
export type Faults = components['schemas']['Faults'];
export type ActiveFault = components['schemas']['ActiveFault'];
export type LoadCount = components['schemas']['LoadCount'];
export type Users = components['schemas']['Users'];
export type UserPreview = components['schemas']['UserPreview'];
export type SignInPreview = components['schemas']['SignInPreview'];
export type StoredUser = components['schemas']['StoredUser'];
export type ResponseProblem = components['responses']['Problem'];
export type $defs = Record<string, never>;
export interface operations {
    ListRequests: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The requests, and how many were forgotten. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Journal"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    ForgetRequests: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nothing is remembered. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    VerifyRequests: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Verification"];
            };
        };
        responses: {
            /** @description The verdict. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Verdict"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    ListFaults: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rules. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Faults"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    ReplaceFaults: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FaultRules"];
            };
        };
        responses: {
            /** @description The rules, none of which has fired yet. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Faults"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    RemoveFaults: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is no rule. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    ReplaceDirectory: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description How many entries the directory has. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoadCount"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    ListUsers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The first hundred users by id, and how many there are. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Users"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    ReadUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the user, percent-encoded. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user, as in the directory. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredUser"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    ResetSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session is as new. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
}
