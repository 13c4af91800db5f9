# SPDX-License-Identifier: Apache-2.0
"""A function that sends the bytes of a body with a Content-Length back as they come."""

import http.server
import os
import socketserver


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    rbufsize = 0

    def do_POST(self):
        left = int(self.headers["Content-Length"])
        self.send_response(200)
        self.send_header("Content-Length", str(left))
        self.end_headers()
        while left > 0 and (piece := self.rfile.read(min(left, 65536))):
            self.wfile.write(piece)
            left -= len(piece)

    def address_string(self):
        return "runner"


path = os.environ["FN_LISTENER"].removeprefix("unix:")
server = socketserver.UnixStreamServer(path + ".bound", Handler)
os.chmod(path + ".bound", 0o666)
os.symlink(os.path.basename(path) + ".bound", path)
server.serve_forever()
