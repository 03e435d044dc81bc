// Puts together what a package holds.
//
//   node stage.mjs FOLDER                   @spendgate/node
//   node stage.mjs FOLDER PLATFORM ADDON    the package of a platform
import { copyFile, cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const from = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const read = async (path) => JSON.parse(await readFile(from(path), "utf8"));
const [folder, platform, addon] = process.argv.slice(2);

const write = (manifest) => writeFile(`${folder}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);

await mkdir(folder, { recursive: true });
for (const licence of ["LICENSE-MIT", "LICENSE-APACHE"]) await copyFile(from(`../${licence}`), `${folder}/${licence}`);

if (platform === undefined) {
  // Of the workspace alone; and the compiled packages are there only once they are published.
  const { scripts: _scripts, devDependencies: _dev, ...manifest } = await read("package.json");
  const platforms = await Promise.all((await readdir(from("npm"))).sort().map((name) => read(`npm/${name}/package.json`)));
  manifest.optionalDependencies = Object.fromEntries(platforms.map(({ name, version }) => [name, version]));
  await write(manifest);
  await cp(from("dist"), `${folder}/dist`, { recursive: true });
  await copyFile(from("README.md"), `${folder}/README.md`);
} else {
  await write(await read(`npm/${platform}/package.json`));
  await copyFile(addon, `${folder}/spendgate.node`);
  await copyFile(from("../core/data/prices.LICENSE"), `${folder}/prices.LICENSE`);
  await writeFile(
    `${folder}/README.md`,
    `# @spendgate/node-${platform}\n\nThe compiled engine of @spendgate/node for this platform. Install that package: it brings this one.\n`,
  );
}
