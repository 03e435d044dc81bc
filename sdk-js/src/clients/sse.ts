/** One server-sent event. */
export interface SseEvent {
  /** The event as it came, with the empty line that ends it. */
  text: string;
  /** Its `data` lines, joined; empty where it has none. */
  data: string;
}

/** Cuts a body of server-sent events into events, however its bytes arrive. */
export class SseSplitter {
  readonly #decoder = new TextDecoder();
  #rest = "";
  #text = "";
  #data: string[] = [];

  take(bytes: Uint8Array): SseEvent[] {
    return this.#split(this.#decoder.decode(bytes, { stream: true }), false);
  }

  /** What is left at the end of the body: an event that no empty line ends, or nothing. */
  end(): SseEvent[] {
    const events = this.#split(this.#decoder.decode(), true);
    if (this.#text !== "") events.push(this.#event());
    return events;
  }

  #split(more: string, isEnd: boolean): SseEvent[] {
    const all = this.#rest + more;
    const events: SseEvent[] = [];
    let from = 0;
    for (const { 0: mark, index } of all.matchAll(/\r\n|\n|\r/g)) {
      // The other half of a line break may be on its way.
      if (mark === "\r" && index === all.length - 1 && !isEnd) break;
      const line = all.slice(from, index);
      from = index + mark.length;
      this.#text += line + mark;
      if (line === "") events.push(this.#event());
      else this.#line(line);
    }
    this.#rest = all.slice(from);
    if (isEnd && this.#rest !== "") {
      this.#text += this.#rest;
      this.#line(this.#rest);
      this.#rest = "";
    }
    return events;
  }

  #line(line: string): void {
    if (line.startsWith("data:")) this.#data.push(line.slice(line.startsWith("data: ") ? 6 : 5));
  }

  #event(): SseEvent {
    const event = { text: this.#text, data: this.#data.join("\n") };
    this.#text = "";
    this.#data = [];
    return event;
  }
}
