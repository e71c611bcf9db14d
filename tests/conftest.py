"""What every test stands on: a scrubbed environment, a fixed clock, stores, stand-ins."""

from __future__ import annotations

import itertools
import os
import re
import urllib.request
import uuid
from collections import Counter
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from functions import log
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.port import Store
from tests import network, tools
from tests.factories import agency_store

# The same examples in every run; no deadline, since a shared CI machine stalls as it likes.
hypothesis_settings.register_profile("kiprah", deadline=None, derandomize=True, max_examples=60)
hypothesis_settings.load_profile("kiprah")

# What would make a developer's machine, or a cloud's, differ from a clean one.
_FOREIGN = re.compile(
    r"(KIPRAH|AWS|GOOGLE|GCLOUD|CLOUDSDK|FUNCTION|FIRESTORE_EMULATOR_HOST|STORAGE_EMULATOR_HOST"
    r"|GCP_PROJECT|K_SERVICE|K_REVISION|LOG_EXECUTION_ID|PORT|TZ|NO_COLOR|FORCE_COLOR"
    r"|(HTTPS?|ALL|NO)_PROXY)(_|$)",
    re.IGNORECASE,
)


# The property of a report that says which tool its test wanted, in vain.
_MISSED = "missed tool"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test whose tool is missing, or does not start, is skipped."""
    report = yield
    if call.excinfo and isinstance(call.excinfo.value, tools.ToolError):
        why = str(call.excinfo.value)
        report.outcome = "skipped"
        report.longrepr = (str(item.path), item.location[1] or 0, f"Skipped: {why}")
        report.user_properties.append((_MISSED, why))
    return report


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: tests wait for servers, browsers and emulators, too."""
    return (os.cpu_count() or 1) + 1


_passed = itertools.count(1)


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """A dot for each hundred tests that pass, and none for what is skipped: it is told at the end.

    Thousands of tests then fit a line. ``-v`` still names each.
    """
    if report.when == "call" and report.passed and not hasattr(report, "wasxfail"):
        return "passed", "" if next(_passed) % 100 else ".", "PASSED"
    if report.skipped and not hasattr(report, "wasxfail"):
        return "skipped", "", "SKIPPED"
    return None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each reason, however many tests were skipped for it."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped)
    missed = {why for report in skipped for why in _missed(report)} if _is_ci() else set()
    for reason, count in reasons.items():
        word = "FAILED, not run" if reason in missed else "skipped"
        terminalreporter.write_line(f"{count} {word}: {reason}", red=reason in missed)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A CI run without one of the tools has failed: a skipped test proves nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if _is_ci() and session.exitstatus == pytest.ExitCode.OK and any(map(_missed, skipped)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _is_ci() -> bool:
    return os.environ.get("CI") == "true"


def _missed(report: pytest.TestReport) -> list[str]:
    return [str(why) for name, why in getattr(report, "user_properties", ()) if name == _MISSED]


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden`` writes the golden site anew instead of comparing with it."""
    parser.addoption("--update-golden", action="store_true")


@pytest.fixture(scope="session", autouse=True)
def _clean_environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if _FOREIGN.match(name)]:
            patch.delenv(name)
        # Google's libraries would ask the network whether this machine is theirs.
        patch.setenv("NO_GCE_CHECK", "true")
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    with network.only_loopback():
        yield


@pytest.fixture(autouse=True)
def _the_log_speaks_again() -> Iterator[None]:
    """Whatever a command line that ran in a test has told it."""
    yield
    log.speak()


@pytest.fixture
def now() -> datetime:
    """The instant at which the tests' jobs run: 20 October 2026, 10:00 in Jakarta."""
    return datetime(2026, 10, 20, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def firestore_emulator() -> Iterator[str]:
    """The address (host:port) of Google's emulator, one for the whole run."""
    with tools.firestore_emulator(tools.java(), tools.firestore_jar()) as address:
        yield address


@pytest.fixture
def firestore_url(firestore_emulator: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store's address in the emulator, empty: every test has a project of its own."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_emulator)
    return f"firestore://test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An embedded store's address, empty."""
    return f"sqlite:///{tmp_path}/kiprah.db"


@pytest.fixture(params=["sqlite", pytest.param("firestore", marks=pytest.mark.emulator)])
def store_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty store, of either kind in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty store, of either kind in turn."""
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def agency(store: Store) -> AgencyStore:
    """An agency in an empty store, of either kind in turn."""
    return agency_store(store)


@pytest.fixture(scope="session")
def _moto() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_server(_moto: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty S3, which boto3 finds by itself."""
    with urllib.request.urlopen(f"{_moto}/moto-api/reset", data=b""):
        pass
    monkeypatch.setenv("AWS_ENDPOINT_URL", _moto)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-southeast-3")
    # Nothing of the developer's own configuration.
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return _moto


@pytest.fixture(scope="session")
def _fake_gcs() -> Path:
    return tools.fake_gcs()


@pytest.fixture
def gcs_server(_fake_gcs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty Cloud Storage, which Google's client finds by itself."""
    with tools.gcs_server(_fake_gcs) as address:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", address)
        yield address


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's program."""
    return tools.chromium()
