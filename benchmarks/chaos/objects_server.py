"""An S3 server as a program: `python -m benchmarks.chaos.objects_server`. Its first line is its address."""

import threading

from tests.fakes.s3 import moto_server

if __name__ == "__main__":
    with moto_server() as address:
        print(address, flush=True)
        threading.Event().wait()
