# SPDX-License-Identifier: Apache-2.0
"""A registry of images on loopback, which engines speak plain HTTP to: it has one image, asks for a
user and password if told so, and counts what it is asked for."""

import base64
import hashlib
import http.server
import io
import json
import tarfile
import threading

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"

UNKNOWN = b'{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}'


def digest_of(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


class Registry:
    """`saved`: what an engine answers to GET /images/NAME/get; the image is NAME:latest."""

    def __init__(self, name, saved, login=None):
        self.name = name
        self.login = login
        self.manifests = 0
        self.blobs = {}
        with tarfile.open(fileobj=io.BytesIO(saved)) as tar:
            def read(path):
                return tar.extractfile(path).read()
            listed = json.loads(read("manifest.json"))[0]
            config = read(listed["Config"])
            layers = [read(path) for path in listed["Layers"]]
        for content in (config, *layers):
            self.blobs[digest_of(content)] = content
        self.manifest = json.dumps({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": {"mediaType": "application/vnd.docker.container.image.v1+json",
                       "size": len(config), "digest": digest_of(config)},
            "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar",
                        "size": len(layer), "digest": digest_of(layer)} for layer in layers],
        }).encode()
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                registry.answer(self)

            do_HEAD = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def image(self):
        return f"127.0.0.1:{self.server.server_port}/{self.name}"

    def answer(self, request):
        status, content, headers = self.find(request.path, request.headers.get("Authorization"))
        if request.command == "GET" and "/manifests/" in request.path and status == 200:
            self.manifests += 1
        request.send_response(status)
        for name, value in ({"Content-Length": len(content)} | headers).items():
            request.send_header(name, str(value))
        request.end_headers()
        if request.command == "GET":
            request.wfile.write(content)

    def find(self, path, authorization):
        """(status, content, headers)"""
        if self.login:
            wanted = "Basic " + base64.b64encode(":".join(self.login).encode()).decode()
            if authorization != wanted:
                return 401, UNKNOWN, {"WWW-Authenticate": 'Basic realm="test"'}
        if path == "/v2/":
            return 200, b"{}", {"Docker-Distribution-Api-Version": "registry/2.0"}
        known = (f"/v2/{self.name}/manifests/latest",
                 f"/v2/{self.name}/manifests/{digest_of(self.manifest)}")
        if path in known:
            return 200, self.manifest, {"Content-Type": MANIFEST,
                                        "Docker-Content-Digest": digest_of(self.manifest)}
        blob = self.blobs.get(path.rpartition("/")[2])
        return (200, blob, {}) if blob is not None else (404, UNKNOWN, {})

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
