"""The power switch: a unix socket, one line in and one line out: off|on|reboot|status NODE, or list.

With the file `lies` beside its socket it says "ok" and does nothing: the test switch that shows that the client's
check for two holders of an address works.  With the file `stay-off` a reboot cuts the power and leaves it so."""
import os
import socketserver
import time


class Request(socketserver.StreamRequestHandler):
    def handle(self):
        words = self.rfile.readline().decode(errors="replace").split()
        began = time.time()
        try:
            answer = self.act(*words)
        except Exception as error:  # a bad request must not stop the switch
            answer = f"error {error}"
        print(f"{began:.4f} {time.time():.4f} {' '.join(words)} -> {answer}", flush=True)
        self.wfile.write(answer.encode() + b"\n")

    def act(self, verb, name=None):
        lab = self.server.lab
        if verb == "list":
            return " ".join(lab.names())
        if name not in lab.names():
            raise ValueError(f"no such outlet: {name}")
        node = lab.node(name)
        if verb == "status":
            return "on" if node.init() else "off"
        if verb not in ("on", "off", "reboot"):
            raise ValueError(f"no such action: {verb}")
        if os.path.exists(f"{lab.folder}/power/lies"):
            return "ok"
        if verb != "on":
            node.kill()
        if verb == "on" or (verb == "reboot" and not os.path.exists(f"{lab.folder}/power/stay-off")):
            try:
                node.boot()
            except Exception as error:
                if verb == "on":
                    raise
                return f"ok (but power on failed: {error})"  # it is off: for fencing that is what counts
        return "ok"


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def serve(lab, ready):
    path = f"{lab.folder}/power/power"
    if os.path.exists(path):
        os.unlink(path)
    server = Server(path, Request)
    server.lab = lab
    os.write(ready, f"{os.getpid()}\n".encode())
    os.close(ready)
    server.serve_forever()
