"""Ask the server in this container how it is; the exit code is 0 if it answers ok. Its port is the first argument."""

import socket
import sys

port = int(sys.argv[1]) if sys.argv[1:] else 0
with socket.socket(socket.AF_INET if port else socket.AF_UNIX) as connection:
    connection.settimeout(25)
    connection.connect(("127.0.0.1", port) if port else "/run/packets/packets.sock")
    connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
    sys.exit(0 if b" 200 " in connection.recv(1000).splitlines()[0] else 1)
