import ts from "typescript";

/** The doc comments of a file that belong to a declaration, as the compiler and editors see them; white space is one space. */
export function attachedDocs(text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    for (const doc of ts.getJSDocCommentsAndTags(node)) {
      if (ts.isJSDoc(doc) && doc.parent === node) found.push(normalised(doc.getText()));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("file.d.ts", text, ts.ScriptTarget.Latest, true));
  return found;
}

/** Every doc comment in the text, except those of members of a union and of declarations that the bundler dropped. */
export function writtenDocs(text: string): string[] {
  return (text.match(/\/\*\*\s(?:(?!\*\/)[\s\S])*\*\/(?!\s*(?:\||\/\/#endregion))/g) ?? []).map(normalised);
}

/** The items of `all` that `others` lacks, counting repeated ones. */
export function missingFrom(others: readonly string[], all: readonly string[]): string[] {
  const left = [...others];
  return all.filter((one) => {
    const index = left.indexOf(one);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

/** The text, without tags, that an editor shows for names in a file of a project. */
export function shownDocs(file: string, names: readonly string[]): Record<string, string> {
  const options = { module: ts.ModuleKind.NodeNext, strict: true, types: [], lib: ["lib.es2022.d.ts", "lib.dom.d.ts"] };
  const program = ts.createProgram([file], options);
  const checker = program.getTypeChecker();
  const shown: Record<string, string> = {};
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && names.includes(node.text)) {
      const symbol = checker.getSymbolAtLocation(node);
      const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      shown[node.text] = ts.displayPartsToString(target?.getDocumentationComment(checker));
    }
    ts.forEachChild(node, visit);
  };
  const source = program.getSourceFile(file);
  if (source) visit(source);
  return shown;
}

/** The names that a module exports, types included. */
export function exportedNames(file: string): string[] {
  const program = ts.createProgram([file], { module: ts.ModuleKind.NodeNext, types: [], lib: ["lib.es2022.d.ts"] });
  const source = program.getSourceFile(file);
  const symbol = source && program.getTypeChecker().getSymbolAtLocation(source);
  return symbol
    ? program
        .getTypeChecker()
        .getExportsOfModule(symbol)
        .map(({ name }) => name)
    : [];
}

function normalised(text: string): string {
  return text.replace(/\s*\n\s*\*? ?/g, " ").replace(/\s+/g, " ");
}
