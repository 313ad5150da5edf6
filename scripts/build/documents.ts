import { existsSync } from "node:fs";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Pages for operators and testers, and a file to which one refers. */
const DOCUMENTS = [
  "CHANGELOG.md",
  "server/README.md",
  "server/alerts.yaml",
  "server/conformance/README.md",
  "server/conformance/judges.md",
  "server/operating.md",
  "server/store/README.md",
  "server/store/backup.md",
  "server/stub/README.md",
  "server/stub/control/control.yaml",
];

/** Copies the documents, in the folders of the project. A link to a file that is not in the package becomes its text. */
export async function copyDocuments(root: string, outDir: string): Promise<void> {
  for (const name of DOCUMENTS) {
    await mkdir(dirname(join(outDir, name)), { recursive: true });
    await cp(join(root, name), join(outDir, name));
  }
  for (const name of DOCUMENTS.filter((one) => one.endsWith(".md"))) {
    const file = join(outDir, name);
    const isPacked = (target: string) => target === "" || existsSync(join(dirname(file), target));
    const text = (await readFile(file, "utf8")).replaceAll(
      /\[([^\]]*)\]\(([^)#]*)(#[^)]*)?\)/g,
      (link, label, target) => (target.includes("://") || isPacked(target) ? link : label),
    );
    await writeFile(file, text);
  }
}
