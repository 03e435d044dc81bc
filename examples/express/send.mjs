/**
 * Sends a response of the web's kind by Express.
 *
 * @param {Response} from
 * @param {import("express").Response} to
 */
export async function send(from, to) {
  to.status(from.status);
  from.headers.forEach((value, name) => to.set(name, value));
  to.send(Buffer.from(await from.arrayBuffer()));
}
