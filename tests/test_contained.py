"""What a decoder cannot do, tried by decoders that try it."""

import ctypes
import os
import platform
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.decoding import BAD, template_of
from tests.processes import children, state, status, wait_until
from webapp.contained.kernel import (
    ALLOW,
    ANSWER,
    ARCHITECTURE,
    ARCHITECTURES,
    CALLS,
    CALLS_ARM,
    KILL,
    LOAD,
    NUMBER,
    REFUSE,
    SAME,
    call_filter,
)
from webapp.contained.limits import DecoderLimits
from webapp.decoders import Decoders
from webapp.speech.errors import NotAudio

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have other walls")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def taken_over():
    """Decoders in the hands of the upload."""
    os.environ["TONELOG_SECRET_KEY"] = "nothing that a decoder may know"
    try:
        made = Decoders(DecoderLimits(megabytes=150, cpu_seconds=7, seconds=120), decoder=BAD)
        made.warm_up()
    finally:
        del os.environ["TONELOG_SECRET_KEY"]
    yield made
    made.close()


@pytest.fixture
def told(taken_over):
    """What a decoder says of its own attempt."""

    def tell(act):
        with pytest.raises(NotAudio) as said:
            taken_over.decode(act.encode(), 30.0)
        return said.value.sentence

    return tell


@pytest.fixture
def waiting(taken_over):
    """The number of a decoder that waits for an upload, shut in already."""
    template = template_of(taken_over)
    wait_until(lambda: len(children(template)) >= 2)

    def shut_in():
        alive = (one for one in children(template) if state(one) == "S")
        return [one for one in alive if status(one, "Seccomp") == "2"]

    wait_until(shut_in)
    return shut_in()[0]


def test_no_file_is_written_read_or_removed(told, tmp_path):
    path = tmp_path / "there"
    path.write_bytes(b"kept")
    for act in (f"writes {tmp_path / 'new'}", f"writes {path}", f"reads {path}", f"removes {path}"):
        assert told(act).startswith("refused"), act
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"kept"]


def test_no_socket_is_opened(told):
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert told(f"connects {server.getsockname()[1]}").startswith("refused")
    assert told("listens").startswith("refused")


@pytest.mark.parametrize("act", ["forks", "starts /bin/true", "becomes /bin/true"])
def test_no_process_is_started(told, act):
    assert told(act).startswith("refused")


@pytest.mark.parametrize("act", ["kills", "traces"])
def test_no_other_process_is_touched(told, act):
    assert told(f"{act} {os.getpid()}").startswith("refused")


def test_nothing_is_open_but_the_line(told):
    assert len(told("descriptors").split()) == 1


def test_nothing_of_the_application_is_in_memory(told):
    assert told("modules") == ""


def test_nothing_of_the_environment_is_known(told):
    names = set(told("environment").split())
    assert names <= {
        *("PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH"),
        *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LC_CTYPE"),
    }


def test_limits_are_as_set(waiting):
    lines = Path(f"/proc/{waiting}/limits").read_text().splitlines()[1:]
    limits = {line[:25].strip(): line[25:].split()[:2] for line in lines}
    for name in ("file size", "core file size", "processes", "open files"):
        assert limits[f"Max {name}"] == ["0", "0"], name
    assert limits["Max cpu time"] == ["7", "7"]
    space, hard = map(int, limits["Max address space"])
    mapped = int(status(waiting, "VmSize").split()[0]) * 1024
    assert space == hard
    assert space - mapped == pytest.approx(150 * 2**20, abs=2**20)


def test_rights_are_given_up(waiting):
    assert status(waiting, "NoNewPrivs") == "1"
    assert status(waiting, "Seccomp") == "2"
    for kind in ("CapEff", "CapPrm", "CapInh"):
        assert int(status(waiting, kind), 16) == 0


def test_a_template_has_one_thread(waiting):
    template = int(status(waiting, "PPid"))
    assert status(template, "Threads") == "1"
    wait_until(lambda: state(template) == "S")  # which does what it is asked, and waits again


def test_a_template_writes_nothing_either(waiting):
    template = int(status(waiting, "PPid"))
    lines = Path(f"/proc/{template}/limits").read_text().splitlines()
    assert any(line.startswith("Max file size") and line.split()[3] == "0" for line in lines)
    assert status(template, "NoNewPrivs") == "1"
    assert int(status(template, "CapEff"), 16) == 0


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_lets_the_listed_calls_through_and_no_others(machine):
    """The filter, run here by hand as the kernel runs it."""
    steps = [struct.unpack_from("=HBBI", call_filter(machine), at) for at in range(0, 320, 8)]
    assert len(steps) * 8 == len(call_filter(machine))

    def verdict(architecture, number):
        at, word = 0, 0
        while True:
            code, same, other, value = steps[at]
            if code == ANSWER:
                return value
            if code == LOAD:
                word = {ARCHITECTURE: architecture, NUMBER: number}[value]
            elif code == SAME:
                at += same if word == value else other
            at += 1

    lists = {"x86_64": CALLS, "aarch64": CALLS_ARM}
    allowed = {number for numbers in lists[machine].values() for number in numbers}
    for number in range(600):
        expected = ALLOW if number in allowed else REFUSE
        assert verdict(ARCHITECTURES[machine], number) == expected, number
    assert verdict(ARCHITECTURES[machine], 0x40000000) == REFUSE  # x32
    assert verdict(0x40000003, 1) == KILL  # 32-bit x86


def test_both_lists_of_calls_name_the_same():
    assert [len(some) for some in CALLS.values()] == [len(some) for some in CALLS_ARM.values()]


def test_an_unknown_machine_has_no_filter():
    assert call_filter("riscv64") == b""


ONE_WALL = """
import os, resource, socket, sys
from webapp.contained import kernel
path, port = sys.argv[2], int(sys.argv[3])
line = socket.socket()
acts = {
    "write": lambda: open(path + "/new", "w").close(),
    "read": lambda: open(path + "/old").close(),
    "remove": lambda: os.unlink(path + "/old"),
    "connect": lambda: line.connect(("127.0.0.1", port)),
    "signal": lambda: os.kill(os.getppid(), 0),
}
match sys.argv[1]:
    case "landlock":
        kernel.forsake_rights()
    case "filter":
        parent = os.getppid()
        acts["signal"] = lambda: os.kill(parent, 0)
        kernel.forsake_calls()
    case "limits":
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
        del acts["remove"], acts["connect"], acts["signal"]
done = []
for name, act in acts.items():
    try:
        act()
        done.append(name)
    except OSError:
        pass
os.write(1, " ".join(done).encode())
"""


def _landlock_version():
    return ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1)


@pytest.mark.parametrize("wall", ["landlock", "filter", "limits"])
def test_each_wall_stands_by_itself(wall, tmp_path):
    if wall == "landlock" and _landlock_version() < 6:
        pytest.skip("this kernel's Landlock knows less")
    if wall == "filter" and not call_filter(platform.machine()):
        pytest.skip("this machine's calls are not known")
    (tmp_path / "old").write_text("kept")
    with socket.create_server(("127.0.0.1", 0)) as server:
        arguments = (wall, str(tmp_path), str(server.getsockname()[1]))
        done = subprocess.run(
            [sys.executable, "-c", ONE_WALL, *arguments], cwd=ROOT, capture_output=True
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout == b""
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
