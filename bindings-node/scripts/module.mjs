// The package as a module: the names of what is CommonJS.
import { writeFile } from "node:fs/promises";

for (const file of ["index.js", "index.d.ts"]) {
  await writeFile(new URL(`../dist/${file}`, import.meta.url), 'export * from "./index.cjs";\n');
}
