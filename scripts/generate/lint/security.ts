import type { ContractDocument } from "../../../server/contract/document.ts";
import { readSecuritySchemes } from "../../../server/contract/operations.ts";
import { didYouMean, nearest } from "../../../server/nearest.ts";
import type { Finding, Pointer } from "../diagnostic.ts";
import type { Node } from "./nodes.ts";
import { headerNameProblem } from "./parameters/headers.ts";

/** Security schemes: bearer tokens, HTTP Basic, and API keys in a header. */
export function checkSecurityScheme({ value, pointer }: Node): Finding[] {
  const { type, scheme, in: place, name } = value;
  const report = (member: string, message: string): Finding[] => [
    { pointer: [...pointer, member], rule: "security-scheme", message },
  ];
  if (type === "mutualTLS") {
    return report(
      "type",
      "'mutualTLS' is not supported. Use 'http' with the scheme 'bearer' or 'basic', or an apiKey.",
    );
  }
  if (type === "apiKey" && place !== "header") {
    const reason = place === "query" ? ", because it ends up in logs" : "";
    return report("in", `An API key in a ${place} is not supported${reason}. Write 'in: header'.`);
  }
  const problem = type === "apiKey" ? headerNameProblem(String(name)) : undefined;
  if (problem !== undefined) return report("name", problem);
  if (type === "http" && !["basic", "bearer"].includes(String(scheme).toLowerCase())) {
    return report("scheme", `The HTTP scheme '${scheme}' is not supported. Write 'bearer' or 'basic'.`);
  }
  return [];
}

/** A scope of an `oauth2` scheme must be declared by one of its flows. The scopes of other schemes are not declared. */
export function checkScopes({ components }: ContractDocument, { value, pointer }: Node): Finding[] {
  return Object.entries(value).flatMap(([name, scopes]) => {
    const { type, flows } = Object(components?.securitySchemes?.[name]);
    if (type !== "oauth2" || !Array.isArray(scopes)) return [];
    const declared = Object.values(Object(flows)).flatMap((flow) => Object.keys(Object(Object(flow).scopes)));
    return scopes.flatMap((scope, index): Finding[] => {
      if (declared.includes(scope)) return [];
      const near = didYouMean(nearest(String(scope), declared)) || " Add it to the 'scopes' of a flow.";
      const message = `No flow of '${name}' has the scope '${scope}'.${near}`;
      return [{ pointer: [...pointer, name, index], rule: "security-scope", message }];
    });
  });
}

/** Credentials in the header Authorization, which has one value. */
export function checkAuthorization(document: ContractDocument, { value, pointer }: Node): Finding[] {
  const schemes = readSecuritySchemes(document);
  const nameOf = (kind: "basic" | "bearer") =>
    Object.keys(value).find((name) => {
      const scheme = schemes[name];
      return scheme?.type === "http" && scheme.scheme === kind;
    });
  const [basic, bearer] = [nameOf("basic"), nameOf("bearer")];
  if (basic === undefined || bearer === undefined) return [];
  const message = `'${basic}' and '${bearer}' can't be sent together in the header Authorization. Write an item for each.`;
  return [{ pointer, rule: "security-scheme", message }];
}

const PERMISSIONS = "x-required-permissions";

/** `x-required-permissions` must be a list of strings. */
export function checkPermissions({ value, pointer }: Node): Finding[] {
  const permissions = value[PERMISSIONS];
  if (permissions === undefined) return [];
  const place: Pointer = [...pointer, PERMISSIONS];
  const message = `'${PERMISSIONS}' must be a list of strings, for example [user.write].`;
  if (!Array.isArray(permissions)) return [{ pointer: place, rule: "extension", message }];
  return permissions.flatMap((permission, index) =>
    typeof permission === "string" && permission !== ""
      ? []
      : [{ pointer: [...place, index], rule: "extension", message }],
  );
}
