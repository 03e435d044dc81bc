// The methods of real clients, as an application can call them.

/** Members by which the clients do their own work; they stand at the client itself or beside its methods. */
const PLUMBING = {
  openai: /^(?:fetch|responsePromise|parseResponseWithTimeout|readX509ResponseError)\b/,
  anthropic: /^(?:fetch|makeTracedRequest|backendMiddleware|calculateNonstreamingTimeout|apiKeyAuth|isStreamBody)\b/,
  google: new RegExp(
    [
      "^apiClient\\.|^getNextGenClient$|^live\\.(?:webSocketFactory|isCallableTool)|Internal$|\\.(?:getClient|resolveClient)$",
      "^batches\\.(?:createInlinedGenerateContentRequest|getGcsUri|getBigqueryUri|formatDestination)$",
      "^models\\.(?:generateContent(?:Stream)?WithContinuation|maybeMoveToResponseJsonSchema|processParamsMaybeAddMcpUsage)$",
      "^models\\.(?:initAfcToolsMap|processAfcStream)$",
    ].join("|"),
  ),
};

/** What the clients of OpenAI and Anthropic share to send a request by hand, and to make one. */
const BASE = new Set(
  ("withOptions defaultQuery validateHeaders authHeaders bearerAuth adminAPIKeyAuth stringifyQuery getUserAgent defaultIdempotencyKey " +
    "makeStatusError buildURL prepareOptions prepareRequest get post patch put delete methodRequest request makeRequest getAPIList " +
    "requestAPIList fetchWithAuth fetchWithTimeout shouldRetry retryRequest calculateDefaultRetryTimeoutMillis buildRequest buildHeaders " +
    "buildBody").split(" "),
);

/**
 * The paths of all methods that `client` has, but for its plumbing and what is written as private.
 *
 * @param {object} client
 * @param {"openai" | "anthropic" | "google"} kind
 */
export function methodsOf(client, kind) {
  const found = [];
  const seen = new Set([client.logger]);
  const look = (holder, path) => {
    if (seen.has(holder)) return;
    seen.add(holder);
    for (const name of namesOf(holder)) {
      const value = holder[name];
      if (typeof value === "function") found.push(path + name);
      else if (typeof value === "object" && value !== null && !Array.isArray(value)) look(value, `${path}${name}.`);
    }
  };
  look(client, "");
  return found.filter((method) => !BASE.has(method) && !PLUMBING[kind].test(method));
}

/** Names of an object and of its classes; classes that stand at it, private members and the way back to the client are none. */
function namesOf(object) {
  const names = new Set();
  for (let at = object; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  return [...names].filter((name) => !/^(?:constructor|_.*|[A-Z].*)$/.test(name));
}
