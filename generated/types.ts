// Written by `npm run generate` from openapi.yaml. Edit that file, never this one.
export interface paths {
    "/v1/users/{userId}/$sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Store what an identity provider asserted at a sign-in
         * @description Stores what an identity provider asserted about a user who has just signed in, and answers who the user is and which roles belong into the token.
         *
         *     The groups of each of the user's identities at that connection are replaced by the groups of the request. Attributes are added or updated one by one; an attribute that is not mentioned keeps its value. The roles of the answer are those of the requested audience that are assigned to the user directly, or that a role connection map grants to a group of this request. Roles that come from a map are worked out at each sync and are not stored.
         *
         *     If the user or the user's organization is inactive, or the user has no identity at that connection, the answer is a 200 with `isAuthenticated` false and no roles, and nothing is written.
         *
         *     The operation is idempotent: the same request gives the same state and the same answer again. After a 4xx nothing has changed. After a 5xx or a timeout the outcome is unknown, and the request can be sent again.
         *
         *     The credentials need one of the permissions `user.write` and `write`. The request id is taken from the header `X-Request-Id` if that is 1 to 128 visible ASCII characters, and made otherwise; every answer carries it.
         *
         *     Only the answers 200 and 404 are published; the others are additions of this document.
         */
        put: operations["SyncUserIdentity"];
        post?: never;
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
        /** @description What an identity provider asserted about a user at one sign-in. Unknown members are ignored. */
        SyncUserIdentityRequest: {
            /** @description Identifier of the API the sign-in is for, compared exactly with the audience of a role. */
            audience: string;
            /** @description The claims the provider asserted, in order; may be empty. Of two equal keys the last one wins. */
            attributes: components["schemas"]["IdentityAttribute"][];
            connection: components["schemas"]["IdentityConnection"];
            /** @description Selects the custom UPN of the client that is signing in, at most 255 characters. Absent, null or blank selects all. */
            clientUpnKey?: string | null;
        };
        /** @description One claim. */
        IdentityAttribute: {
            /** @description Name of the claim. */
            key: string;
            /** @description Absent or null means no change. */
            value?: string | null;
        };
        /** @description The connection the user signed in through. */
        IdentityConnection: {
            /** @description Id or name of the connection, compared exactly with `azoConnectionId` of an identity. */
            connectionId: string;
            /** @description Groups the connection asserted at this sign-in. Absent or null means none. */
            groups?: string[] | null;
        };
        /** @description Who the user is and which roles belong into the token. `isAuthenticated`, `user` and `roles` are always sent, `roles` as an array. */
        SyncUserIdentityResult: {
            userId: string;
            /** @description The stored name, else one made of the user's other names. */
            displayName: string;
            /** @description The stored name, else the first word of `displayName`. */
            givenName: string;
            /** @description The stored name, else the rest of `displayName`, else all of it. */
            familyName: string;
            /** @description False if the user or the organization is inactive, or the user has no identity at the connection. */
            isAuthenticated?: boolean;
            /** @description The roles for the requested audience, ordered by name, then id. Empty if not authenticated. */
            roles?: components["schemas"]["UserRole"][] | null;
            user?: components["schemas"]["User"];
        };
        /** @description A user of the directory. An answer holds the user in full; `owner` with its arrays empty and its own `owner` and `organization` null; `organization` with its arrays empty. */
        User: {
            id: string;
            /** @description The values are not published. */
            type?: string | null;
            username?: string | null;
            /**
             * Format: email
             * @description At most 250 characters.
             */
            emailAddress?: string | null;
            "email-verified"?: boolean;
            /**
             * Format: date-time
             * @description When the last verification mail was sent, in UTC.
             */
            "email-verify-sent-date"?: string | null;
            /** @description The values are not published. */
            "email-verification-status-type"?: string | null;
            /** @description At most 100 characters. */
            givenName?: string | null;
            /** @description At most 100 characters. */
            familyName?: string | null;
            /** @description At most 250 characters. */
            displayName?: string | null;
            /** @description At most 100 characters. */
            nickname?: string | null;
            /** @description URL of a picture, at most 250 characters. It is stored as asserted and not checked. */
            picture?: string | null;
            language?: string | null;
            phoneNumber?: string | null;
            /** Format: email */
            recoveryEmailAddress?: string | null;
            /** @description An inactive user is never authenticated. */
            isActive?: boolean;
            /** @description Means something only if `authenticationMethod` is Database or Ad. */
            isMfaDisabled?: boolean;
            mfaEnrollmentStatus?: string | null;
            /** @enum {string|null} */
            authenticationMethod?: "Database" | "Ad" | "Federation" | "Email" | "Sms" | null;
            /** @description Id of the user in `owner`. */
            ownerId?: string | null;
            owner?: components["schemas"]["User"] | null;
            /** Format: int32 */
            organizationId?: number | null;
            organization?: components["schemas"]["Organization"] | null;
            /** @description Roles assigned to the user directly, for all audiences. */
            roles?: components["schemas"]["UserRole"][];
            /** @description The user's memberships in organizations. */
            memberOf?: components["schemas"]["OrganizationMember"][];
            /** @description Custom attributes, one per name. */
            attributes?: components["schemas"]["UserAttribute"][];
            /** @description In an answer, only those the request's `clientUpnKey` selects. */
            customUpns?: components["schemas"]["CustomUpn"][];
            /** @description The accounts at identity providers that the user can sign in with. */
            identities?: components["schemas"]["Identity"][];
            subscriptions?: components["schemas"]["Subscription"][];
            applicationDeployments?: components["schemas"]["ApplicationDeployment"][];
            /**
             * Format: date-time
             * @description In UTC.
             */
            created?: string | null;
            /**
             * Format: date-time
             * @description Time of the last change, in UTC. A sync that changes nothing does not move it.
             */
            modified?: string | null;
            createdBy?: string | null;
            /** @description The caller that made the last change. */
            modifiedBy?: string | null;
        };
        /** @description A role that a user has. */
        UserRole: {
            id: string;
            name: string;
            description?: string | null;
            /**
             * Format: date-time
             * @description When the user loses the role, in UTC. Null means never.
             */
            expires?: string | null;
        };
        /** @description A custom attribute of a user. */
        UserAttribute: {
            /** Format: int32 */
            id: number;
            userId?: string | null;
            name: string;
            value?: string | null;
            /**
             * Format: date-time
             * @description When the attribute ceases to count, in UTC. Null means never.
             */
            expires?: string | null;
        };
        /** @description A user principal name that one client gets instead of the usual one. */
        CustomUpn: {
            id: string;
            userId?: string | null;
            /** @description Key of the client, at most 255 characters. */
            clientUpnKey?: string | null;
            /** @description Becomes the `upn` claim. Has the form `user@domain`, at most 1024 characters. */
            customUpnValue?: string | null;
            /**
             * Format: date-time
             * @description In UTC.
             */
            created?: string | null;
            /**
             * Format: date-time
             * @description In UTC.
             */
            modified?: string | null;
            createdBy?: string | null;
            modifiedBy?: string | null;
        };
        /** @description A user's account at an identity provider. `azoConnectionId` and `azoUserId` together are unique in a directory. */
        Identity: {
            /** Format: int32 */
            id: number;
            /** Format: int32 */
            idpTenantId?: number | null;
            idpTenantName?: string | null;
            azoTenantName?: string | null;
            loginDomain?: string | null;
            /** @description Fully qualified domain name of the tenant at the provider. */
            idpTenantFqdn?: string | null;
            /** @description Kind of the connection, at most 25 characters. */
            strategy?: string | null;
            /** @description Id of the user at the connection, at most 250 characters. */
            azoUserId?: string | null;
            /** @description Id or name of the connection, at most 50 characters. */
            azoConnectionId?: string | null;
            /** @description Groups the connection asserted at the last sync, sorted by code point. */
            groups?: string[];
        };
        /** @description A user's membership in an organization. */
        OrganizationMember: {
            id: string;
            userId?: string | null;
            /** @description Null in an answer. */
            user?: components["schemas"]["User"] | null;
            /** Format: int32 */
            organizationId?: number | null;
            organizationName?: string | null;
            organizationDisplayName?: string | null;
            isGuest?: boolean;
            isMfaRequired?: boolean;
            isMembershipMfaRequired?: boolean;
            roles?: components["schemas"]["UserRole"][];
            /**
             * Format: date-time
             * @description In UTC.
             */
            created?: string | null;
            /**
             * Format: date-time
             * @description In UTC.
             */
            modified?: string | null;
            createdBy?: string | null;
            modifiedBy?: string | null;
        };
        /** @description An organization that users belong to. In an answer its arrays are empty. */
        Organization: {
            /** Format: int32 */
            id: number;
            name?: string | null;
            /** @description At most 250 characters. */
            displayName?: string | null;
            /** @enum {string|null} */
            type?: "Customer" | "Partner" | "BusinessUnit" | "FunctionalArea" | null;
            /** @description At most 250 characters. */
            crmAccountId?: string | null;
            contact?: string | null;
            /** @description At most 250 characters. */
            technicalContact?: string | null;
            /** @description No user of an inactive organization is authenticated. */
            isActive?: boolean;
            isMfaRequired?: boolean;
            isSelfService?: boolean;
            isEnabledForPreviewFeatures?: boolean;
            isDomainVerificationRequired?: boolean;
            aliases?: components["schemas"]["OrganizationAlias"][];
            domains?: components["schemas"]["OrganizationDomain"][];
            members?: components["schemas"]["OrganizationMember"][];
            products?: components["schemas"]["Product"][];
            applications?: components["schemas"]["Application"][];
            subscriptions?: components["schemas"]["Subscription"][];
            /**
             * Format: date-time
             * @description In UTC.
             */
            created?: string | null;
            /**
             * Format: date-time
             * @description In UTC.
             */
            modified?: string | null;
            createdBy?: string | null;
            modifiedBy?: string | null;
        };
        /** @description What another system calls an organization. */
        OrganizationAlias: {
            /** Format: int32 */
            organizationId: number;
            /** @description Name of the other system. */
            systemName?: string | null;
            /** @description Id of the organization in that system, 1 to 255 characters. */
            systemId?: string | null;
            /**
             * Format: date-time
             * @description In UTC.
             */
            created?: string | null;
        };
        /** @description A domain that an organization claims. */
        OrganizationDomain: {
            /** Format: int32 */
            domainId: number;
            /** @description The domain name. */
            domain?: string | null;
            /** Format: int32 */
            organizationId?: number | null;
            /** Format: int32 */
            ownerOrganizationId?: number | null;
            isVerified?: boolean;
            verificationMethod?: string | null;
            authenticationMethod?: string | null;
            verificationCode?: string | null;
            /**
             * Format: date-time
             * @description In UTC.
             */
            verificationCodeExpires?: string | null;
            domainSource?: string | null;
            /**
             * Format: date-time
             * @description In UTC.
             */
            created?: string | null;
            /**
             * Format: date-time
             * @description In UTC.
             */
            modified?: string | null;
            createdBy?: string | null;
            modifiedBy?: string | null;
        };
        /** @description An organization's subscription to a product. */
        Subscription: {
            /** Format: int32 */
            id: number;
            /** Format: int32 */
            productId?: number | null;
            /** @description Null in an answer. */
            product?: components["schemas"]["Product"] | null;
            /** Format: int32 */
            organizationId?: number | null;
            /** @description Null in an answer. */
            organization?: components["schemas"]["Organization"] | null;
            type?: string | null;
            /** @description One of two values, whose names are not published. */
            status?: string | null;
            statusText?: string | null;
            description?: string | null;
            /** @deprecated */
            details?: string | null;
            isEnabled?: boolean;
            /**
             * Format: date-time
             * @description In UTC.
             */
            expires?: string | null;
            sfLicenseId?: string | null;
            sfContractId?: string | null;
            sfSubscriptionId?: string | null;
            /** @description Free JSON. */
            customMetadata?: {
                [key: string]: unknown;
            } | null;
            /** @description Free JSON. */
            readonlyMetadata?: {
                [key: string]: unknown;
            } | null;
            logs?: components["schemas"]["SubscriptionLog"][];
            applicationDeployments?: components["schemas"]["ApplicationDeployment"][];
            /**
             * Format: date-time
             * @description In UTC.
             */
            created?: string | null;
            /**
             * Format: date-time
             * @description In UTC.
             */
            modified?: string | null;
            createdBy?: string | null;
            modifiedBy?: string | null;
        };
        /** @description An entry in the log of a subscription. */
        SubscriptionLog: {
            /** Format: int32 */
            id: number;
            /** Format: int32 */
            subscriptionId?: number | null;
            /** @description The values are not published. */
            severity?: string | null;
            logMessage?: string | null;
            /**
             * Format: date-time
             * @description In UTC.
             */
            created?: string | null;
            /**
             * Format: date-time
             * @description In UTC.
             */
            modified?: string | null;
            createdBy?: string | null;
            modifiedBy?: string | null;
        };
        /** @description Something an organization can subscribe to. */
        Product: {
            /** Format: int32 */
            id: number;
            /** Format: int32 */
            organizationId?: number | null;
            name?: string | null;
            displayName?: string | null;
            url?: string | null;
            longDescription?: string | null;
            isActive?: boolean;
            /** @description Free JSON. */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /** @description Free JSON. */
            publicMetadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * Format: date-time
             * @description In UTC.
             */
            created?: string | null;
            /**
             * Format: date-time
             * @description In UTC.
             */
            modified?: string | null;
            createdBy?: string | null;
            modifiedBy?: string | null;
        };
        /** @description An application as it is deployed for a subscription. */
        ApplicationDeployment: {
            /** Format: int32 */
            id: number;
            name?: string | null;
            displayName?: string | null;
            /** Format: int32 */
            applicationId?: number | null;
            /** @description Null in an answer. */
            application?: components["schemas"]["Application"] | null;
            /** Format: int32 */
            subscriptionId?: number | null;
            /** @description Null in an answer. */
            subscription?: components["schemas"]["Subscription"] | null;
            /** Format: int32 */
            deploymentTargetId?: number | null;
            /** @description Null in an answer. */
            deploymentTarget?: components["schemas"]["DeploymentTarget"] | null;
            /** Format: int32 */
            maxUserCount?: number | null;
            /** @description The values are not published. */
            status?: string | null;
            /** @description The values are not published. */
            statusResolution?: string | null;
            /** @description The values are not published. */
            configuration?: string | null;
            /** @description Free JSON objects; their members are not published. */
            steps?: {
                [key: string]: unknown;
            }[];
            /** @description Free JSON. */
            customMetadata?: {
                [key: string]: unknown;
            } | null;
            /** @description Free JSON. */
            readonlyMetadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * Format: date-time
             * @description In UTC.
             */
            created?: string | null;
            /**
             * Format: date-time
             * @description In UTC.
             */
            modified?: string | null;
            createdBy?: string | null;
            modifiedBy?: string | null;
        };
        /** @description An application that can be deployed. Other members are not published. */
        Application: {
            /** Format: int32 */
            id: number;
            name?: string | null;
        };
        /** @description A place an application can be deployed to. Other members are not published. */
        DeploymentTarget: {
            /** Format: int32 */
            id: number;
            name?: string | null;
        };
        /** @description Why a request failed, as in RFC 9457. Other members may be present. */
        ProblemDetails: {
            /** @description A stable name of the problem, `urn:nexus-sync:problem:` and a key. */
            type?: string | null;
            /** @description The same text for every problem of this type. */
            title?: string | null;
            /**
             * Format: int32
             * @description The HTTP status of the answer.
             */
            status?: number | null;
            /** @description What is special about this one. */
            detail?: string | null;
            /** @description Id of the request, the same as in the header X-Request-Id. */
            instance?: string | null;
        };
        /** @description A problem with every violation the request has. */
        ValidationProblemDetails: components["schemas"]["ProblemDetails"] & {
            errors: (components["schemas"]["BodyViolation"] | components["schemas"]["ParameterViolation"])[];
        };
        /** @description A place in the body that does not match this document. */
        BodyViolation: {
            /**
             * Format: json-pointer
             * @description RFC 6901 pointer into the body. Empty means the body as a whole.
             */
            pointer: string;
            /** @description What is wrong there; never the value itself. */
            detail: string;
        };
        /** @description A path parameter or header that does not match this document. */
        ParameterViolation: {
            /** @enum {string} */
            in: "path" | "header";
            /** @description Name of the path parameter or header. */
            name: string;
            /** @description What is wrong with it; never the value itself. */
            detail: string;
        };
        /** @description What a server knows, as one JSON file. */
        Directory: {
            users: components["schemas"]["User"][];
            roles: components["schemas"]["Role"][];
            roleConnectionMaps: components["schemas"]["RoleConnectionMap"][];
        };
        /** @description A role that users can have for one API. */
        Role: {
            id: string;
            name: string;
            /** @description Identifier of the API the role is for. */
            audience: string;
            description?: string | null;
        };
        /** @description Grants a role to everyone who signs in through a connection with a group. */
        RoleConnectionMap: {
            id: string;
            name?: string | null;
            roleId: string;
            /** @description Id or name of the connection. Null or blank matches nothing. */
            azoConnectionId?: string | null;
            /** @description The group, compared exactly after trimming. Null or blank matches nothing. */
            groupName?: string | null;
        };
    };
    responses: {
        /** @description The path, a header or the body does not match this document. All violations are listed. */
        BadRequest: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ValidationProblemDetails"];
            };
        };
        /** @description Credentials are missing or wrong. The answer is the same for known and unknown users. */
        Unauthorized: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "WWW-Authenticate": components["headers"]["WwwAuthenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemDetails"];
            };
        };
        /** @description The credentials are valid, but have neither `user.write` nor `write`. */
        Forbidden: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemDetails"];
            };
        };
        /** @description No user has this id. Nothing is written. */
        NotFound: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemDetails"];
            };
        };
        /** @description The answer to any other method on this path. */
        MethodNotAllowed: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                Allow: components["headers"]["Allow"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemDetails"];
            };
        };
        /** @description `Accept` allows none of the media types of the 200. */
        NotAcceptable: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemDetails"];
            };
        };
        /** @description The body is over the server's limit. */
        ContentTooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemDetails"];
            };
        };
        /** @description The media type, the charset or the content coding of the body is not accepted. */
        UnsupportedMediaType: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemDetails"];
            };
        };
        /** @description Too many wrong secrets for one API key from one address. */
        TooManyRequests: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemDetails"];
            };
        };
        /** @description The server failed. Whether the sync was stored is unknown; sending it again is safe. */
        InternalError: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemDetails"];
            };
        };
        /** @description The server is overloaded, or something it depends on can't be reached. Whether the sync was stored is unknown; sending it again is safe. */
        Unavailable: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemDetails"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: {
        /**
         * @description Id of the request, 1 to 128 visible ASCII characters. Taken from the request if valid, else made.
         * @example 3f0c9a52-7d1e-4b86-9c44-5a2e8d6f1b07
         */
        RequestId: string;
        /**
         * @description One challenge for each way to authenticate.
         * @example Bearer realm="Nexus APIs", Basic realm="Nexus APIs", charset="UTF-8"
         */
        WwwAuthenticate: string;
        /**
         * @description The methods this path offers.
         * @example PUT
         */
        Allow: string;
        /**
         * @description Whole seconds to wait before the request is sent again.
         * @example 5
         */
        RetryAfter: number;
    };
    pathItems: never;
}
export type SyncUserIdentityRequest = components['schemas']['SyncUserIdentityRequest'];
export type IdentityAttribute = components['schemas']['IdentityAttribute'];
export type IdentityConnection = components['schemas']['IdentityConnection'];
export type SyncUserIdentityResult = components['schemas']['SyncUserIdentityResult'];
export type User = components['schemas']['User'];
export type UserRole = components['schemas']['UserRole'];
export type UserAttribute = components['schemas']['UserAttribute'];
export type CustomUpn = components['schemas']['CustomUpn'];
export type Identity = components['schemas']['Identity'];
export type OrganizationMember = components['schemas']['OrganizationMember'];
export type Organization = components['schemas']['Organization'];
export type OrganizationAlias = components['schemas']['OrganizationAlias'];
export type OrganizationDomain = components['schemas']['OrganizationDomain'];
export type Subscription = components['schemas']['Subscription'];
export type SubscriptionLog = components['schemas']['SubscriptionLog'];
export type Product = components['schemas']['Product'];
export type ApplicationDeployment = components['schemas']['ApplicationDeployment'];
export type Application = components['schemas']['Application'];
export type DeploymentTarget = components['schemas']['DeploymentTarget'];
export type ProblemDetails = components['schemas']['ProblemDetails'];
export type ValidationProblemDetails = components['schemas']['ValidationProblemDetails'];
export type BodyViolation = components['schemas']['BodyViolation'];
export type ParameterViolation = components['schemas']['ParameterViolation'];
export type Directory = components['schemas']['Directory'];
export type Role = components['schemas']['Role'];
export type RoleConnectionMap = components['schemas']['RoleConnectionMap'];
export type ResponseBadRequest = components['responses']['BadRequest'];
export type ResponseUnauthorized = components['responses']['Unauthorized'];
export type ResponseForbidden = components['responses']['Forbidden'];
export type ResponseNotFound = components['responses']['NotFound'];
export type ResponseMethodNotAllowed = components['responses']['MethodNotAllowed'];
export type ResponseNotAcceptable = components['responses']['NotAcceptable'];
export type ResponseContentTooLarge = components['responses']['ContentTooLarge'];
export type ResponseUnsupportedMediaType = components['responses']['UnsupportedMediaType'];
export type ResponseTooManyRequests = components['responses']['TooManyRequests'];
export type ResponseInternalError = components['responses']['InternalError'];
export type ResponseUnavailable = components['responses']['Unavailable'];
export type HeaderRequestId = components['headers']['RequestId'];
export type HeaderWwwAuthenticate = components['headers']['WwwAuthenticate'];
export type HeaderAllow = components['headers']['Allow'];
export type HeaderRetryAfter = components['headers']['RetryAfter'];
export type $defs = Record<string, never>;
export interface operations {
    SyncUserIdentity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the user, percent-encoded as one path segment and compared exactly. Control characters, `.` and `..` are refused with 400.
                 * @example u-ada
                 */
                userId: string;
            };
            cookie?: never;
        };
        /** @description What the identity provider asserted. Parameters of the media type are ignored, but a charset other than UTF-8 is refused with 415. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["SyncUserIdentityRequest"];
                "text/json": components["schemas"]["SyncUserIdentityRequest"];
                "application/*+json": components["schemas"]["SyncUserIdentityRequest"];
            };
        };
        responses: {
            /** @description The user and the roles for the token. The media type is chosen by `Accept`. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SyncUserIdentityResult"];
                    "text/json": components["schemas"]["SyncUserIdentityResult"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            406: components["responses"]["NotAcceptable"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
}
