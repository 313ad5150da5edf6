// Written by `npm run generate` from openapi.yaml. Edit that file, never this one.
import type { components } from "./types.ts";

/** One way in which a value breaks its schema. */
export interface Violation {
  /** RFC 6901 pointer into the value. */
  instancePath: string;
  keyword: string;
  params: Record<string, unknown>;
  message?: string;
}

/** Answers whether a value fits its schema; `errors` lists all violations of the last value that did not. */
export interface Validator<T> {
  (value: unknown): value is T;
  errors?: Violation[] | null;
}

export declare const SyncUserIdentityRequest: Validator<components["schemas"]["SyncUserIdentityRequest"]>;
export declare const IdentityAttribute: Validator<components["schemas"]["IdentityAttribute"]>;
export declare const IdentityConnection: Validator<components["schemas"]["IdentityConnection"]>;
export declare const SyncUserIdentityResult: Validator<components["schemas"]["SyncUserIdentityResult"]>;
export declare const User: Validator<components["schemas"]["User"]>;
export declare const UserRole: Validator<components["schemas"]["UserRole"]>;
export declare const UserAttribute: Validator<components["schemas"]["UserAttribute"]>;
export declare const CustomUpn: Validator<components["schemas"]["CustomUpn"]>;
export declare const Identity: Validator<components["schemas"]["Identity"]>;
export declare const OrganizationMember: Validator<components["schemas"]["OrganizationMember"]>;
export declare const Organization: Validator<components["schemas"]["Organization"]>;
export declare const OrganizationAlias: Validator<components["schemas"]["OrganizationAlias"]>;
export declare const OrganizationDomain: Validator<components["schemas"]["OrganizationDomain"]>;
export declare const Subscription: Validator<components["schemas"]["Subscription"]>;
export declare const SubscriptionLog: Validator<components["schemas"]["SubscriptionLog"]>;
export declare const Product: Validator<components["schemas"]["Product"]>;
export declare const ApplicationDeployment: Validator<components["schemas"]["ApplicationDeployment"]>;
export declare const Application: Validator<components["schemas"]["Application"]>;
export declare const DeploymentTarget: Validator<components["schemas"]["DeploymentTarget"]>;
export declare const ProblemDetails: Validator<components["schemas"]["ProblemDetails"]>;
export declare const ValidationProblemDetails: Validator<components["schemas"]["ValidationProblemDetails"]>;
export declare const BodyViolation: Validator<components["schemas"]["BodyViolation"]>;
export declare const ParameterViolation: Validator<components["schemas"]["ParameterViolation"]>;
export declare const Directory: Validator<components["schemas"]["Directory"]>;
export declare const Role: Validator<components["schemas"]["Role"]>;
export declare const RoleConnectionMap: Validator<components["schemas"]["RoleConnectionMap"]>;
