"""Servers of pictures on this machine: MJPEG and files by HTTP, H.264 by RTSP over TCP."""

from __future__ import annotations

import contextlib
import http.server
import io
import re
import socketserver
import struct
import threading
from collections.abc import Iterator

import av
import cv2

from tests.camapp.live.readers import clip_picture


class PictureServer:
    """Answers in a thread of its own; one server, several paths.

    /camera.mjpg sends clip pictures for ever at the pace that `tick` allows; /silent never answers; any other path is
    looked up in `files`. `break_off` ends the streams that run; `requests` counts all.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests = 0
        self._generation = 0
        self._over = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                """No lines on stderr."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="pictures", daemon=True).start()

    @property
    def address(self) -> str:
        """http://host:port"""
        return f"http://127.0.0.1:{self._server.server_port}"

    def break_off(self) -> None:
        """Ends all streams that run now; new ones are served."""
        self._generation += 1

    def close(self) -> None:
        """Ends everything."""
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        self.requests += 1
        generation = self._generation
        if request.path == "/silent":
            self._over.wait()
            return
        if request.path != "/camera.mjpg":
            self._send_file(request, self.files.get(request.path))
            return
        request.send_response(200)
        request.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        request.end_headers()
        number = 0
        with contextlib.suppress(OSError):  # the reader went away
            while not self._over.wait(0.02) and generation == self._generation:
                jpeg = cv2.imencode(".jpg", clip_picture(number))[1].tobytes()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                request.wfile.write(head.encode() + jpeg + b"\r\n")
                number += 1

    @staticmethod
    def _send_file(request: http.server.BaseHTTPRequestHandler, content: bytes | None) -> None:
        """From any place in it on, as FFmpeg first looks at the end of an MP4."""
        if content is None:
            request.send_error(404)
            return
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
        start = int(wanted[1]) if wanted else 0
        request.send_response(206 if wanted else 200)
        request.send_header("Accept-Ranges", "bytes")
        request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        request.send_header("Content-Length", str(len(content) - start))
        request.end_headers()
        with contextlib.suppress(OSError):
            request.wfile.write(content[start:])


@contextlib.contextmanager
def rtsp_server(frames: int) -> Iterator[tuple[str, list[str]]]:
    """An RTSP camera of so many frames, then silence; gives its address and the Transport lines that it was asked for.

    Only what a player needs (RFC 2326): the video as MPEG-TS in RTP (RFC 2250), in the RTSP connection itself.
    """
    transport: list[str] = []
    over = threading.Event()
    content = _transport_stream(frames)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                while request := self._read_request():
                    self._reply(request)

        def _read_request(self) -> str:
            lines = list(iter(self.rfile.readline, b"\r\n")) if (first := self.rfile.peek(1)) else []
            return b"".join(lines).decode() if first else ""

        def _reply(self, request: str) -> None:
            method, address = request.split()[:2]
            number = re.search(r"CSeq: *(\d+)", request)
            head, body = "", ""
            if method == "OPTIONS":
                head = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
            elif method == "DESCRIBE":
                lines = (
                    "v=0",
                    "o=- 1 1 IN IP4 127.0.0.1",
                    "s=camera",
                    "t=0 0",
                    "m=video 0 RTP/AVP 33",
                    "a=control:track1",
                )
                body = "".join(f"{line}\r\n" for line in lines)
                head = f"Content-Type: application/sdp\r\nContent-Base: {address}/\r\n"
            elif method == "SETUP":
                asked = re.search(r"Transport: *(.*)\r\n", request)
                transport.append(asked[1] if asked else "")
                head = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n"
            elif method == "PLAY":
                head = "Session: 1\r\n"
            length = f"Content-Length: {len(body)}\r\n" if body else ""
            self.wfile.write(
                f"RTSP/1.0 200 OK\r\nCSeq: {number[1] if number else 0}\r\n{head}{length}\r\n{body}".encode()
            )
            if method == "PLAY":
                self._play()

        def _play(self) -> None:
            for sequence, at in enumerate(range(0, len(content), 7 * 188)):
                packet = (
                    struct.pack(">BBHII", 0x80, 33, sequence & 0xFFFF, sequence * 90, 1) + content[at : at + 7 * 188]
                )
                self.wfile.write(b"$\0" + struct.pack(">H", len(packet)) + packet)
            over.wait()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), name="rtsp", daemon=True).start()
        yield f"rtsp://127.0.0.1:{server.server_address[1]}/camera", transport
        over.set()
        server.shutdown()


def _transport_stream(frames: int) -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mpegts") as container:
        stream = container.add_stream("libx264", rate=30, options={"g": "10", "tune": "zerolatency", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for i in range(frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(clip_picture(i), format="bgr24")))
        container.mux(stream.encode(None))
    return buffer.getvalue()
