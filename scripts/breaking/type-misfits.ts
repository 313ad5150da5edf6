import ts from "typescript";

export interface Misfit {
  /** Property names from the root; array items add none. */
  path: string[];
  message: string;
}

export interface TypePair {
  old: ts.Type;
  fresh: ts.Type;
  /** Callers write requests and read responses: an old request must fit the new type, a new response the old type. */
  flow: "request" | "response";
}

/**
 * Places where code written for the old type does not compile with the new one. Stricter than assignability: a removed
 * property breaks code that reads it, and object literals that set it.
 */
export function misfits(checker: ts.TypeChecker, pair: TypePair): Misfit[] {
  const seen = new Set<string>();
  let skipped = 0;
  const compare = (at: TypePair, path: string[]): Misfit[] => {
    const key = `${idOf(at.old)} ${idOf(at.fresh)}`;
    if (seen.has(key)) {
      skipped += 1;
      return [];
    }
    seen.add(key);
    const inner = innerPair(checker, at);
    const before = skipped;
    const found = inner && !isNewlyNullable(at) ? compareInner(inner, path) : [];
    // The misfits of a recursive or repeated type are reported where it was compared first.
    if (found.length > 0 || skipped > before || isAssignable(checker, at)) return found;
    return [{ path, message: `The type was ${nameOf(checker, at.old)}, and is ${nameOf(checker, at.fresh)}.` }];
  };
  const compareInner = (at: TypePair, path: string[]): Misfit[] => {
    if (checker.isArrayType(at.old)) return compare(itemsOf(checker, at), path);
    const properties = checker.getPropertiesOfType(at.old).flatMap((old): Misfit[] => {
      const here = [...path, old.name];
      const fresh = checker.getPropertyOfType(at.fresh, old.name);
      const message = fresh ? optionalityChange(old, fresh, at.flow) : `The property '${old.name}' was removed.`;
      if (!fresh || message) return [{ path: here, message: message ?? "" }];
      return compare({ ...at, old: checker.getTypeOfSymbol(old), fresh: checker.getTypeOfSymbol(fresh) }, here);
    });
    return [...properties, ...newlyRequired(checker, at, path)];
  };
  return compare(pair, []);
}

function isAssignable(checker: ts.TypeChecker, { old, fresh, flow }: TypePair): boolean {
  return flow === "request" ? checker.isTypeAssignableTo(old, fresh) : checker.isTypeAssignableTo(fresh, old);
}

function newlyRequired(checker: ts.TypeChecker, { old, fresh, flow }: TypePair, path: string[]): Misfit[] {
  if (flow === "response") return [];
  const added = checker.getPropertiesOfType(fresh).filter(({ name }) => !checker.getPropertyOfType(old, name));
  return added
    .filter((property) => !isOptional(property))
    .map(({ name }) => ({ path: [...path, name], message: `The new property '${name}' is required.` }));
}

/** Both types without null, if both are arrays or both are objects and can be compared in detail. */
function innerPair(checker: ts.TypeChecker, { old, fresh, flow }: TypePair): TypePair | undefined {
  const [from, to] = [old.getNonNullableType(), fresh.getNonNullableType()];
  if (checker.isArrayType(from) !== checker.isArrayType(to)) return undefined;
  const areObjects = [from, to].every(({ flags }) => (flags & ts.TypeFlags.Object) !== 0);
  return areObjects ? { old: from, fresh: to, flow } : undefined;
}

/** Whether null is rejected now (request) or possible now (response). */
function isNewlyNullable({ old, fresh, flow }: TypePair): boolean {
  const [given, accepted] = flow === "request" ? [old, fresh] : [fresh, old];
  return canBeNull(given) && !canBeNull(accepted);
}

function canBeNull(type: ts.Type): boolean {
  const members = type.isUnion() ? type.types : [type];
  return members.some(({ flags }) => (flags & ts.TypeFlags.Null) !== 0);
}

function itemsOf(checker: ts.TypeChecker, { old, fresh, flow }: TypePair): TypePair {
  // Both are array types, which are references with one argument.
  const item = (list: ts.Type) => checker.getTypeArguments(list as ts.TypeReference)[0] ?? checker.getAnyType();
  return { old: item(old), fresh: item(fresh), flow };
}

function optionalityChange(old: ts.Symbol, fresh: ts.Symbol, flow: TypePair["flow"]): string | undefined {
  if (isOptional(old) === isOptional(fresh)) return undefined;
  if (flow === "request") return isOptional(old) ? `The property '${old.name}' is now required.` : undefined;
  return isOptional(fresh) ? `The property '${old.name}' is now optional.` : undefined;
}

function isOptional({ flags }: ts.Symbol): boolean {
  return (flags & ts.SymbolFlags.Optional) !== 0;
}

/** The compiler's number of a type, which its declarations omit. */
function idOf(type: ts.Type): unknown {
  return (type as { id?: unknown }).id;
}

function nameOf(checker: ts.TypeChecker, type: ts.Type): string {
  const text = checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
