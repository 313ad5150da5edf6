import type { Operation } from "../contract/operations.ts";
import type { Clause } from "./clauses.ts";

export interface Checked {
  operation: Operation;
  clauses: readonly Clause[];
}

const MARKS = { pass: "pass", fail: "FAIL", "not applicable": "n/a " } as const;
/** Characters of a line of curl on the terminal. The JUnit report has the whole line. */
const MAX_CURL = 4_000;

/** One line per clause; failures have the difference and a line of curl below. */
export function reportLines(checked: readonly Checked[]): string[] {
  return checked.flatMap(({ operation, clauses }) => [
    "",
    `${operation.id}: ${operation.method} ${operation.template}`,
    ...clauses.flatMap(clauseLines),
  ]);
}

function clauseLines({ name, verdict, reason, curl }: Clause): string[] {
  const line = `  ${MARKS[verdict]}  ${name}`;
  if (verdict === "pass") return [line];
  if (verdict === "not applicable") return [`${line} (${reason})`];
  return [line, `        ${reason}`, ...(curl === undefined ? [] : [`        ${cut(curl)}`])];
}

function cut(curl: string): string {
  if (curl.length <= MAX_CURL) return curl;
  return `${curl.slice(0, MAX_CURL)}… (${curl.length} characters: --junit FILE has all of them)`;
}

export function countOf(checked: readonly Checked[], verdict: Clause["verdict"]): number {
  return checked.flatMap(({ clauses }) => clauses).filter((clause) => clause.verdict === verdict).length;
}

/** A suite per operation and a test case per clause. */
export function junitXml(checked: readonly Checked[]): string {
  const suites = checked.map((one) => {
    const counts = `tests="${one.clauses.length}" failures="${countOf([one], "fail")}" skipped="${countOf([one], "not applicable")}"`;
    const cases = one.clauses.map((clause) => testCase(one.operation.id, clause));
    return `  <testsuite name="${escaped(one.operation.id)}" ${counts}>\n${cases.join("")}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join("")}</testsuites>\n`;
}

function testCase(operation: string, { name, verdict, reason, curl = "" }: Clause): string {
  const head = `    <testcase classname="${escaped(operation)}" name="${escaped(name)}"`;
  if (verdict === "pass") return `${head}/>\n`;
  if (verdict === "not applicable") return `${head}><skipped message="${escaped(reason)}"/></testcase>\n`;
  return `${head}><failure message="${escaped(reason)}">${escaped(curl)}</failure></testcase>\n`;
}

/** Text for XML 1.0, which has no other control characters and no lone surrogates. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;")
    .replaceAll("\r", "&#13;");
}
