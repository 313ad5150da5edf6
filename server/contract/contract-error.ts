/** What generated/ holds can't be served; the message says why and what to do. */
export class ContractUnusable extends Error {
  override readonly name = "ContractUnusable";
}
