import { type Contract, loadContract } from "../../contract/contract.ts";

const DOCUMENT = new URL("../../../generated/control/openapi.json", import.meta.url);

const READ: { contract?: Contract } = {};

/** The contract of the control port. It is read once, because a reload replaces the public contract only. */
export function controlContract(): Contract {
  READ.contract ??= loadContract(DOCUMENT);
  return READ.contract;
}
