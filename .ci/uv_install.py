"""Install packages with uv, from where pip is configured to find them: python uv_install.py [arguments of uv pip install].

uv needs a tenth of pip's time, but reads neither pip's files nor its environment
variables, so the two would ask different indexes where a mirror is configured.
"""

import ast
import os
import subprocess
import sys

_SECTIONS = ("global", "install", ":env:")
"""Where pip looks for an option of `pip install`, the last one that has it wins."""


def read_pip_options() -> dict[str, list[str]]:
    """Return each option that pip is configured with, as words."""
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True)
    values = dict(line.split("=", 1) for line in listed.stdout.splitlines() if "=" in line)
    return {
        name.removeprefix(f"{section}."): ast.literal_eval(value).split()
        for section in _SECTIONS
        for name, value in values.items()
        if name.startswith(f"{section}.")
    }


def to_uv_environment(options: dict[str, list[str]]) -> dict[str, str]:
    """Return what says the same to uv."""
    said = {
        "UV_DEFAULT_INDEX": " ".join(options.get("index-url", [])),
        "UV_INDEX": " ".join(options.get("extra-index-url", [])),
        "UV_FIND_LINKS": ",".join(options.get("find-links", [])),
        "UV_INSECURE_HOST": " ".join(options.get("trusted-host", [])),
        "UV_HTTP_TIMEOUT": " ".join(options.get("timeout", options.get("default-timeout", []))),
        "SSL_CERT_FILE": " ".join(options.get("cert", [])),
        "UV_INDEX_STRATEGY": "unsafe-best-match",  # as pip: all indexes are one, and the hashes say what may come from any
    }
    return {name: value for name, value in said.items() if value}


if __name__ == "__main__":
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", sys.executable, *sys.argv[1:]]
    sys.exit(subprocess.run(install, check=False, env=to_uv_environment(read_pip_options()) | os.environ).returncode)
