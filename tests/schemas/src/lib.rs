//! Nothing but the tests beside it: the JSON Schemas against the engine and the runner.
