// The suites that both packages with the class `Engine` have to pass.
import * as node from "@spendgate/node";
import { badInput } from "../../bindings-wasm/tests/suites/bad-input.mjs";
import { commands } from "../../bindings-wasm/tests/suites/commands.mjs";
import { twins } from "../../bindings-wasm/tests/suites/twins.mjs";

commands(node);
twins(node);
badInput(node);
