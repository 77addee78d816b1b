// What a page can try without the help of whom it speaks to. `attack` tells what it could read.
window.attack = async (targets) => {
  const found = [];
  const patience = (promise) =>
    Promise.race([promise, new Promise((done) => setTimeout(done, 4000))]);

  const read = async (method, url, options) => {
    try {
      const answer = await fetch(url, { method, credentials: "include", ...options });
      if (answer.type !== "opaque") found.push(`${method} ${url} ${answer.status}`);
    } catch {
      // refused
    }
  };

  const post = (url, body) => {
    const frame = document.createElement("iframe");
    frame.name = `frame-${Math.random()}`;
    document.body.append(frame);
    const form = document.createElement("form");
    Object.assign(form, { action: url, method: "POST", enctype: "text/plain", target: frame.name });
    const field = document.createElement("input");
    Object.assign(field, { name: body.slice(0, -1), value: "}" });
    form.append(field);
    document.body.append(form);
    return new Promise((done) => {
      frame.addEventListener("load", done);
      form.submit();
    });
  };

  const load = (tag, url) =>
    new Promise((done) => {
      const element = document.createElement(tag);
      element.addEventListener("load", () => {
        // A frame tells that something was loaded, and never what.
        if (tag !== "iframe") found.push(`${tag} ${url} loaded`);
        done();
      });
      element.addEventListener("error", done);
      element.src = url;
      document.body.append(element);
    });

  const connect = (url) =>
    new Promise((done) => {
      const opened = new WebSocket(url.replace("http", "ws"), ["prefect"]);
      opened.addEventListener("open", () => {
        found.push(`websocket ${url} opened`);
        done();
      });
      opened.addEventListener("error", done);
    });

  const attempt = async ([method, url, body]) => {
    const json = { headers: { "content-type": "application/json" }, body };
    const simple = { headers: { "content-type": "text/plain" }, mode: "no-cors", body };
    const tries = [
      read(method, url, method === "GET" ? {} : json),
      read("GET", url, { mode: "no-cors" }),
      load("img", url),
      load("script", url),
      load("iframe", url),
      connect(url),
    ];
    if (method !== "GET") {
      tries.push(read("POST", url, simple), post(url, body));
      navigator.sendBeacon(url, body);
    }
    await Promise.all(tries);
  };

  await patience(Promise.all(targets.map(attempt)));
  return found;
};
