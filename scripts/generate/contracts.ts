/** A contract in its file, and the folder of what is generated from it; both as seen from the project's folder. */
export interface ContractFile {
  file: string;
  output: string;
}

/** The one that callers rely on; only here does it matter what breaks. */
export const PUBLIC_CONTRACT: ContractFile = { file: "openapi.yaml", output: "generated" };

/** All that is generated, in the order in which it is told of. */
export const CONTRACTS: readonly ContractFile[] = [
  PUBLIC_CONTRACT,
  { file: "server/stub/control/control.yaml", output: `${PUBLIC_CONTRACT.output}/control` },
];

/** As named in what is told. */
export const CONTRACT_NAMES = CONTRACTS.map(({ file }) => file).join(" and ");
