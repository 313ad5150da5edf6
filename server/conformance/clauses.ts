export type Verdict = "pass" | "fail" | "not applicable";

/** One thing that the contract promises, and whether the server keeps it. */
export interface Clause {
  name: string;
  verdict: Verdict;
  /** The difference, or why it is not applicable. */
  reason: string;
  /** The smallest request that fails, as a line of curl. */
  curl?: string;
}

/** The reason of a clause until it is judged. */
const NOT_SENT = "no request was sent";

/** The clauses of one operation, in the order in which they are declared. */
export interface Clauses {
  /** Adds a clause that is not applicable until it is judged. */
  declare(name: string, reason?: string): void;
  pass(name: string): void;
  /** Of several failures, the one with the shortest request is kept. */
  fail(name: string, reason: string, curl?: string): void;
  /** Gives a reason to every clause for which no request was sent, and which has none of its own. */
  excuse(reason: string | undefined): void;
  isFailed(name: string): boolean;
  /** Failures until now, repeated ones included. */
  failures(): readonly string[];
  list(): readonly Clause[];
}

export function createClauses(): Clauses {
  const clauses = new Map<string, Clause>();
  const failures: string[] = [];
  const clauseOf = (name: string): Clause => {
    const clause = clauses.get(name) ?? { name, verdict: "not applicable", reason: "" };
    clauses.set(name, clause);
    return clause;
  };
  return {
    declare(name, reason = NOT_SENT) {
      const clause = clauseOf(name);
      if (clause.verdict === "not applicable" && [NOT_SENT, ""].includes(clause.reason)) clause.reason = reason;
    },
    pass(name) {
      const clause = clauseOf(name);
      if (clause.verdict !== "fail") Object.assign(clause, { verdict: "pass", reason: "" });
    },
    fail(name, reason, curl) {
      const clause = clauseOf(name);
      failures.push(name);
      const isSmaller = clause.curl === undefined || (curl !== undefined && curl.length < clause.curl.length);
      if (clause.verdict === "fail" && !isSmaller) return;
      Object.assign(clause, { verdict: "fail", reason, ...(curl !== undefined && { curl }) });
    },
    excuse(reason) {
      for (const clause of clauses.values()) if (clause.reason === NOT_SENT) clause.reason = reason ?? NOT_SENT;
    },
    isFailed: (name) => clauses.get(name)?.verdict === "fail",
    failures: () => failures,
    list: () => folded([...clauses.values()]),
  };
}

/** The parts of a response that no request got as one clause. */
function folded(clauses: readonly Clause[]): Clause[] {
  const groupOf = ({ name, verdict }: Clause) =>
    verdict === "not applicable" ? (/^(response \w+): /.exec(name)?.[1] ?? name) : name;
  const groups = Map.groupBy(clauses, groupOf);
  return [...groups].flatMap(([name, [first, ...others]]) => {
    return first ? (others.length > 0 ? { ...first, name } : first) : [];
  });
}
