/** A contract and the folder of its generated files, both relative to the project's root. */
export interface ContractFile {
  file: string;
  output: string;
}

/** The published contract, the only one that is checked for breaking changes. */
export const PUBLIC_CONTRACT: ContractFile = { file: "openapi.yaml", output: "generated" };

/** Every contract, in the order in which its problems and files are reported. */
export const CONTRACTS: readonly ContractFile[] = [
  PUBLIC_CONTRACT,
  { file: "server/stub/control/control.yaml", output: `${PUBLIC_CONTRACT.output}/control` },
];

/** The contracts' file names, for messages. */
export function namesOf(contracts: readonly ContractFile[]): string {
  return contracts.map(({ file }) => file).join(" and ");
}

/** @throws Error with the contract's file, after a defect of the generator */
export async function namingFile<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new Error(`Nothing was generated from ${file}: ${(cause as Error).message}`, { cause });
  }
}
