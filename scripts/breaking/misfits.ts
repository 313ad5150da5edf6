import ts from "typescript";

export interface Misfit {
  /** Names of properties on the way to it; the items of a list have none of their own. */
  path: string[];
  message: string;
}

export interface Pair {
  old: ts.Type;
  fresh: ts.Type;
  /** Callers write requests and read answers: an old request must fit the new type, a new answer the old one. */
  flow: "request" | "answer";
}

/**
 * Where code written against the old type no longer compiles against the new one. Stricter than assignability: a
 * property that is gone is missed by whoever reads it, and refused in a literal by whoever writes it.
 */
export function misfits(checker: ts.TypeChecker, pair: Pair): Misfit[] {
  const seen = new Set<string>();
  const names = (type: ts.Type) => checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
  const fits = ({ old, fresh, flow }: Pair) =>
    flow === "request" ? checker.isTypeAssignableTo(old, fresh) : checker.isTypeAssignableTo(fresh, old);

  let skipped = 0;
  const compare = (at: Pair, path: string[]): Misfit[] => {
    const key = `${idOf(at.old)} ${idOf(at.fresh)}`;
    if (seen.has(key)) {
      skipped += 1;
      return [];
    }
    seen.add(key);
    const inner = innerPair(checker, at);
    const before = skipped;
    const found = inner && !isNullNews(at) ? compareInner(inner, path) : [];
    // A type that holds itself, or one met before, has its misfits told elsewhere.
    if (found.length > 0 || skipped > before || fits(at)) return found;
    return [{ path, message: `It was ${brief(names(at.old))}, and is ${brief(names(at.fresh))}.` }];
  };
  const compareInner = (at: Pair, path: string[]): Misfit[] => {
    if (checker.isArrayType(at.old)) return compare(itemsOf(checker, at), path);
    const properties = checker.getPropertiesOfType(at.old).map((old) => {
      const fresh = checker.getPropertyOfType(at.fresh, old.name);
      const here = [...path, old.name];
      if (!fresh) return [{ path: here, message: `The property '${old.name}' is gone.` }];
      const optional = optionality(old, fresh, at.flow).map((message) => ({ path: here, message }));
      const types = { ...at, old: checker.getTypeOfSymbol(old), fresh: checker.getTypeOfSymbol(fresh) };
      return optional.length > 0 ? optional : compare(types, here);
    });
    const added = checker.getPropertiesOfType(at.fresh).filter(({ name }) => !checker.getPropertyOfType(at.old, name));
    const demanded = at.flow === "request" ? added.filter((property) => !isOptional(property)) : [];
    return [
      ...properties.flat(),
      ...demanded.map(({ name }) => ({ path: [...path, name], message: `The new property '${name}' is required.` })),
    ];
  };
  return compare(pair, []);
}

/** Both sides without null, where both are lists or both are objects: then it can be said more exactly where. */
function innerPair(checker: ts.TypeChecker, { old, fresh, flow }: Pair): Pair | undefined {
  const [from, to] = [old.getNonNullableType(), fresh.getNonNullableType()];
  if (checker.isArrayType(from) !== checker.isArrayType(to)) return undefined;
  return [from, to].every(isObject) ? { old: from, fresh: to, flow } : undefined;
}

/** Whether null is refused now, or may come now: whatever lies deeper, the value itself no longer fits. */
function isNullNews({ old, fresh, flow }: Pair): boolean {
  const [given, taken] = flow === "request" ? [old, fresh] : [fresh, old];
  return canBeNull(given) && !canBeNull(taken);
}

function canBeNull(type: ts.Type): boolean {
  const members = type.isUnion() ? type.types : [type];
  return members.some(({ flags }) => (flags & ts.TypeFlags.Null) !== 0);
}

function isObject(type: ts.Type): boolean {
  return (type.flags & ts.TypeFlags.Object) !== 0;
}

function itemsOf(checker: ts.TypeChecker, { old, fresh, flow }: Pair): Pair {
  const item = (list: ts.Type) => checker.getTypeArguments(list as ts.TypeReference)[0] ?? checker.getAnyType();
  return { old: item(old), fresh: item(fresh), flow };
}

function optionality(old: ts.Symbol, fresh: ts.Symbol, flow: Pair["flow"]): string[] {
  if (flow === "request" && isOptional(old) && !isOptional(fresh))
    return [`The property '${old.name}' is now required.`];
  if (flow === "answer" && !isOptional(old) && isOptional(fresh))
    return [`The property '${old.name}' may now be absent.`];
  return [];
}

function isOptional({ flags }: ts.Symbol): boolean {
  return (flags & ts.SymbolFlags.Optional) !== 0;
}

/** The compiler numbers its types; the number is not in its declarations. */
function idOf(type: ts.Type): unknown {
  return (type as { id?: unknown }).id;
}

function brief(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
