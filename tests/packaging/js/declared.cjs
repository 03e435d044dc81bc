// Prints the names of the values that a package declares: node declared.cjs PACKAGE TSC

const { dirname, join } = require("node:path");
const { writeFileSync } = require("node:fs");

const [name, tsc] = process.argv.slice(2);
const ts = require(join(dirname(tsc), "../lib/typescript.js"));
const file = join(process.cwd(), "all.mts");
writeFileSync(file, `import * as all from "${name}";\nexport { all };\n`);
const program = ts.createProgram([file], { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 });
const checker = program.getTypeChecker();
const imported = program.getSourceFile(file).statements[0].importClause.namedBindings;
const module_ = checker.getAliasedSymbol(checker.getSymbolAtLocation(imported.name));
const isValue = (symbol) =>
  !ts.isTypeOnlyImportOrExportDeclaration?.(symbol.declarations[0]) &&
  ((symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol).flags & ts.SymbolFlags.Value) !== 0;
console.log(JSON.stringify(checker.getExportsOfModule(module_).filter(isValue).map((symbol) => symbol.name).sort()));
