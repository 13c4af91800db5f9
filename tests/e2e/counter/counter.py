# SPDX-License-Identifier: Apache-2.0
"""A function that answers `{container, calls}`: which container ran the call, and its how manieth
call that was. Without a framework, over the socket that FN_LISTENER names."""

import http.server
import json
import os
import socketserver
import uuid

container = str(uuid.uuid4())
calls = 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        global calls
        calls += 1
        left = int(self.headers.get("Content-Length", 0))
        self.rfile.read(left)
        if self.headers.get("Transfer-Encoding"):
            while size := int(self.rfile.readline(), 16):
                self.rfile.read(size + 2)
            self.rfile.readline()
        text = json.dumps({"container": container, "calls": calls}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def address_string(self):
        return "runner"


path = os.environ["FN_LISTENER"].removeprefix("unix:")
server = socketserver.UnixStreamServer(path + ".bound", Handler)
os.chmod(path + ".bound", 0o666)
os.symlink(os.path.basename(path) + ".bound", path)
server.serve_forever()
