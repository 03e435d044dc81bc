// The suites that both packages with the class `Engine` have to pass.
import * as node from "@spendgate/node";
import { badInput } from "../../bindings-wasm/tests/suites/bad-input.mjs";
import { commands } from "../../bindings-wasm/tests/suites/commands.mjs";
import { seen } from "../../bindings-wasm/tests/suites/seen.mjs";
import { twins } from "../../bindings-wasm/tests/suites/twins.mjs";

commands(node);
seen(node);
twins(node);
badInput(node);
