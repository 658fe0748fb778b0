"""A real S3 server with buckets, which can be stopped and started again with what it holds."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from cin_pipeline_tests.servers.support.processes import Process, answers, wait_for
from cin_pipeline_tests.support.webserver import free_port

KEY, SECRET = "bucketeer", "well-kept-secret"


class BucketServer:
    """The server. Whoever knows key and secret may do everything."""

    def __init__(self, directory: Path) -> None:
        self.port, self._master = free_port(), free_port()
        data, configuration = directory / "s3", directory / "s3.json"
        data.mkdir(parents=True)
        identity = (
            f'{{"name": "cin", "credentials": [{{"accessKey": "{KEY}", "secretKey": "{SECRET}"}}], '
            '"actions": ["Admin", "Read", "List", "Tagging", "Write"]}'
        )
        configuration.write_text(f'{{"identities": [{identity}]}}')
        self._weed = str(Path(sys.executable).with_name("weed"))
        ports = {
            "master.port": self._master, "master.port.grpc": free_port(), "volume.port": free_port(),
            "volume.port.grpc": free_port(), "filer.port": free_port(), "filer.port.grpc": free_port(),
            "s3.port": self.port, "s3.port.grpc": free_port(),
            "s3.port.iceberg": 0, "s3.port.lance": 0,  # not served
        }  # fmt: skip
        self._process = Process(
            [
                self._weed, "server", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3",
                f"-s3.config={configuration}", "-volume.max=50", "-master.volumeSizeLimitMB=64",
                "-master.telemetry=false",
                *(f"-{name}={port}" for name, port in ports.items()),
            ],
            directory / "s3.log",
        )  # fmt: skip
        self._grpc = ports["master.port.grpc"]

    @property
    def environment(self) -> dict[str, str]:
        """What a client needs to know."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
        }

    def start(self) -> None:
        self._process.start()
        wait_for("the S3 server", lambda: answers(self.port), 60, self._process.log)

    def make(self, bucket: str) -> str:
        """A new bucket's address."""

        def made() -> bool:
            master = f"-master=127.0.0.1:{self._master}.{self._grpc}"
            asked = f"s3.bucket.create -name {bucket}\ns3.bucket.list\n"
            said = subprocess.run(
                [self._weed, "shell", master], input=asked, capture_output=True, text=True, check=False
            )
            return f"  {bucket}\t" in said.stdout

        wait_for("the bucket", made, 60, self._process.log)
        return f"s3://{bucket}"

    def pause(self) -> None:
        """It answers nobody, and forgets nothing."""
        self._process.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.process_id, os.WSTOPPED)  # a thread of it may answer until then

    def go_on(self) -> None:
        self._process.signal(signal.SIGCONT)

    def stop(self) -> None:
        """At once: what it has answered for is on the disk."""
        self._process.kill()
