"""What Terraform makes is what the code needs, and the other way round.

The comparison is one function (``differences``); that it notices is shown by spoiling either side.
"""

import ast
import dataclasses
import functools
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

import main
from functions import settings
from functions.model import PLATFORMS
from functions.settings import Settings
from functions.settings.cadence import CADENCES
from functions.settings.dotenv import read as read_dotenv
from functions.store.port import QUERIED
from tests.infra.reading import FOLDER, Terraform, texts

ROOT = Path(__file__).parents[2]

# Settings that a deployment leaves as they are, and why. Whoever wants another value puts it into
# the variable `settings`.
FOR_TRIALS = "a stand-in's address, for trials; the official host is the default"
BUDGET = "what a credential may spend: the operator's to say, by the variable settings"
LEFT = {
    "KIPRAH_SIMULATION": "a deployment measures what is real",
    "KIPRAH_NOTICE": "a banner that somebody wants, by the variable settings",
    "KIPRAH_COLLECT_EVERY": "the default is the cadence file's, as the schedule is",
    "KIPRAH_SCORE_EVERY": "the default is the cadence file's, as the schedule is",
    "KIPRAH_DISCOVER_EVERY": "the default fits every deployment",
    "KIPRAH_QUEUE_ADDRESS": FOR_TRIALS,
    "KIPRAH_SCHEDULE_ADDRESS": FOR_TRIALS,
    "KIPRAH_SCHEDULE": "for whoever runs the command line: the output environment has it",
    "KIPRAH_REPLAYS": "a deployed function acts at the present",
    "KIPRAH_META_CALLS_PER_HOUR": BUDGET,
    "KIPRAH_X_DOLLARS_PER_DAY": BUDGET,
    "KIPRAH_TIKTOK_CALLS_PER_MINUTE": BUDGET,
    "KIPRAH_YOUTUBE_UNITS_PER_DAY": BUDGET,
    "KIPRAH_YOUTUBE_STATS_PER_DAY": BUDGET,
    "KIPRAH_INSTAGRAM_URL": FOR_TRIALS,
    "KIPRAH_FACEBOOK_URL": FOR_TRIALS,
    "KIPRAH_X_URL": FOR_TRIALS,
    "KIPRAH_TIKTOK_URL": FOR_TRIALS,
    "KIPRAH_TIKTOK_AUTH_URL": FOR_TRIALS,
    "KIPRAH_TIKTOK_BUSINESS_URL": FOR_TRIALS,
    "KIPRAH_YOUTUBE_URL": FOR_TRIALS,
    "KIPRAH_YOUTUBE_FEED_URL": FOR_TRIALS,
    "KIPRAH_GRAPH_VERSION": "the default is the newest that was tried",
}

# Every role that anybody is given: to whom, and what for stands beside it in the .tf file.
EACH = "google_service_account.functions[each.key].member"
OF_AN_ACCOUNT = "google_service_account.functions[each.value.account].member"
OF_A_PAIR = "google_service_account.functions[each.value.function].member"
PUBLISH = 'google_service_account.functions["publish"].member'
BUILD = "google_service_account.build.member"
ROLES = {
    "project.documents": ("roles/datastore.user", EACH),
    "project.admins": ("roles/datastore.user", "each.key"),
    "cloud_run_v2_service.invoker": ("roles/run.invoker", "google_service_account.invoker.member"),
    "cloud_run_v2_service.public": ("roles/run.invoker", "allUsers"),
    "project.event_receiver": (
        "roles/eventarc.eventReceiver",
        "google_service_account.invoker.member",
    ),
    "service_account.act_as_invoker": ("roles/iam.serviceAccountUser", OF_AN_ACCOUNT),
    "cloud_tasks_queue.enqueuers": ("roles/cloudtasks.enqueuer", OF_A_PAIR),
    "secret_manager_secret.readers": ("roles/secretmanager.secretAccessor", OF_A_PAIR),
    "storage_bucket.public": ("roles/storage.objectViewer", "allUsers"),
    "storage_bucket.publisher": ("roles/storage.objectUser", EACH),
    "storage_bucket.freezer": (
        "roles/storage.objectCreator, roles/storage.objectViewer",
        PUBLISH,
    ),
    "storage_bucket.alarmist": ("roles/storage.objectUser", PUBLISH),
    "storage_bucket.staff": ("roles/storage.objectViewer", "each.key"),
    "project.build_logs": ("roles/logging.logWriter", BUILD),
    "project.build_source": ("roles/storage.objectViewer", BUILD),
    "artifact_registry_repository.build_images": ("roles/artifactregistry.writer", BUILD),
}


@dataclasses.dataclass(frozen=True)
class Code:
    """What the code has, as far as Terraform has to know."""

    entry_points: frozenset[str]
    settings: frozenset[str]
    secrets: frozenset[str]
    platforms: frozenset[str]
    jobs: frozenset[str]
    collections: frozenset[str]
    queried: frozenset[str]
    expiring: frozenset[str] | None
    events: frozenset[str]

    @classmethod
    @functools.cache
    def read(cls):
        """The code as it stands."""
        sources = {p: p.read_text(encoding="utf-8") for p in sorted(ROOT.glob("functions/**/*.py"))}
        everything = "\n".join(sources.values())
        table = {s.env: s.is_secret for s in settings.table()}
        return cls(
            entry_points=frozenset(main.__all__),
            settings=frozenset(name for name, secret in table.items() if not secret),
            secrets=frozenset(name for name, secret in table.items() if secret),
            platforms=frozenset(PLATFORMS),
            jobs=frozenset(CADENCES),
            collections=frozenset(collections(everything)),
            queried=frozenset({f"{name}/{field}" for name, field in QUERIED.items()})
            | frozenset(f"{name}/changed_at" for name in listed_by_changes(sources.values())),
            expiring=expiring(),
            events=frozenset(re.findall(r'"((?:alert|trigger)\.[a-z_]+)"', everything))
            | {
                f"{job}.finished"
                for job in CADENCES
                if "f\"{report['job']}.finished\"" in everything
            },
        )


def collections(source):
    """The collections that paths in the source name."""
    below_agencies = re.findall(r"(?:root|agencies/\{[^{}]*)\}/([a-z_]+)", source)
    below_those = re.findall(r"\}/([a-z_]+)[/\"]", source)
    of_the_store = re.findall(r'^PATH = "([a-z_]+)/', source, re.MULTILINE)
    nested = [name for name in below_those if name in ("accounts", "status")]
    return {*below_agencies, *nested, *of_the_store} - {"data"}


def listed_by_changes(sources):
    """The collections that are listed by the store's stamp."""
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            named = {keyword.arg for keyword in node.keywords}
            if node.func.attr == "list" and "changed_since" in named:
                yield ast.unparse(node.args[0]).rstrip("'\"").rpartition("/")[2]


def expiring():
    """The collections whose documents expire; None while the code has no table of them."""
    try:
        from functions.store.expiry import KEPT
    except ImportError:
        return None
    return frozenset(KEPT)


def differences(folder, code):
    """What one side has and the other has not, a line each."""
    tf = Terraform(folder)
    return [
        *_unequal("entry point", set(entries(tf).values()), code.entry_points),
        *_unequal("schedule of the job", set(CADENCES), code.jobs),
        *_unequal("queue", set(tf.locals["queue_defaults"]), code.platforms | {"jobs"}),
        *_unequal("platform with secrets", set(tf.locals["platform_secrets"]), code.platforms),
        *_unequal("secret", secrets(tf), code.secrets),
        *_settings(tf, code),
        *_firestore(tf, code),
        *_events(tf, code),
        *_roles(tf),
    ]


def _unequal(what, ours, theirs):
    yield from (f"{what} {name}: Terraform has none" for name in sorted(set(theirs) - set(ours)))
    ahead = set(ours) - set(theirs)
    yield from (f"{what} {name}: the code has none" for name in sorted(ahead))


def facts(tf):
    """What each function is, by its name; what is merged from another table with that."""
    for name, body in tf.locals["all_functions"].items():
        if isinstance(body, str):
            [(base, more)] = re.findall(r"merge\(local\.(\w+), (\{.*\})\)", body)
            pairs = re.findall(r'(\w+)\s*[=:]\s*"([^"]*)"', more)
            body = tf.locals[base] | dict(pairs)
        yield name, body


def entries(tf):
    """The entry point of each function, by the function's name."""
    return {name: body.get("entry", name) for name, body in facts(tf)}


def secrets(tf):
    """The secrets that Terraform makes places for."""
    listed = {name for names in tf.locals["platform_secrets"].values() for name in names}
    return listed | set(re.findall(r"KIPRAH_[A-Z_]+", tf.locals["secrets"]))


def settings_set(tf):
    """The names of the settings that some function is given."""
    tables = ("common_settings", "function_settings", "queue_settings")
    return {name for t in tables for name in re.findall(r"KIPRAH_[A-Z_]+", str(tf.locals[t]))}


def _settings(tf, code):
    given = settings_set(tf)
    yield from _unequal("setting", given | set(LEFT), code.settings)
    yield from (f"setting {name}: both given and left" for name in sorted(given & set(LEFT)))


def _firestore(tf, code):
    known = texts(tf.locals["collections"])
    yield from _unequal("collection", known, code.collections)
    table = tf.locals["queried"].values()
    kept = {f"{entry['collection']}/{entry['field']}" for entry in table}
    yield from _unequal("index", kept, code.queried)
    if code.expiring is not None:
        yield from _unequal("TTL", texts(tf.locals["expiring"]), code.expiring)
    elsewhere = texts(tf.locals["expiring"]) - known
    yield from (f"TTL {name}: it is no collection" for name in sorted(elsewhere))
    yield from (f"composite index {name}" for name in tf.of_kind("google_firestore_index"))


def _events(tf, code):
    filters = " ".join(
        body["filter"]
        for kind in ("google_logging_metric", "google_logging_project_sink")
        for body in tf.of_kind(kind).values()
    )
    named = set(re.findall(r"\b(?:alert|trigger)\.[a-z_]+", filters)) | set(tf.locals["lines"])
    for jobs in re.findall(r"\^\(([a-z|]+)\)\\+\.finished\$", filters):
        named |= {f"{job}.finished" for job in jobs.split("|")}
    watched = {
        event
        for event in code.events
        if event.startswith("alert.") or event.endswith((".finished", "failed", "crashed"))
    }
    yield from _unequal("event", named, watched)


def _roles(tf):
    found = {}
    for (kind, name), body in tf.resources.items():
        if kind.endswith(("_iam_member", "_iam_binding", "_iam_policy")):
            kind = kind.removeprefix("google_").removesuffix("_iam_member")
            role = body["role"]
            if role == "${each.key}":
                role = ", ".join(sorted(texts(body["for_each"])))
            found[f"{kind}.{name}"] = (role, re.sub(r"^\$\{|\}$", "", body["member"]))
    for name in found.keys() | ROLES.keys():
        if found.get(name) != ROLES.get(name):
            yield f"role {name}: {found.get(name)} instead of {ROLES.get(name)}"


def test_terraform_and_the_code_agree():
    assert differences(FOLDER, Code.read()) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "functions.tf",
            "    score = {",
            "    scores = {",
            "entry point scores: the code has none",
        ),
        (
            "functions.tf",
            "    score = {",
            "    scores = {",
            "entry point score: Terraform has none",
        ),
        ("functions.tf", "KIPRAH_TIMEZONE", "KIPRAH_ZONE", "setting KIPRAH_ZONE: the code"),
        ("functions.tf", "KIPRAH_TIMEZONE", "KIPRAH_ZONE", "setting KIPRAH_TIMEZONE: Terraform"),
        ("functions.tf", "KIPRAH_QUEUE_TARGET ", "KIPRAH_TARGET ", "setting KIPRAH_TARGET: the"),
        ("functions.tf", "KIPRAH_STORE ", "KIPRAH_NOTICE ", "KIPRAH_NOTICE: both given and left"),
        (
            "secrets.tf",
            "KIPRAH_X_BEARER_TOKEN",
            "KIPRAH_X_TOKEN",
            "secret KIPRAH_X_TOKEN: the code",
        ),
        ("secrets.tf", "KIPRAH_TOKEN_KEY", "KIPRAH_KEY", "secret KIPRAH_TOKEN_KEY: Terraform"),
        (
            "secrets.tf",
            "    youtube   =",
            "    vimeo     =",
            "platform with secrets vimeo: the code",
        ),
        ("queues.tf", "    youtube   =", "    vimeo     =", "queue youtube: Terraform has none"),
        ("queues.tf", "    jobs      =", "    work      =", "queue jobs: Terraform has none"),
        ("firestore.tf", '"rosters", "runs"', '"runs"', "collection rosters: Terraform has none"),
        (
            "firestore.tf",
            '"rosters", "runs"',
            '"rosters", "lists", "runs"',
            "collection lists: the code",
        ),
        ("firestore.tf", 'field = "as_of"', 'field = "at"', "index rosters/as_of: Terraform"),
        ("firestore.tf", 'field = "changed_at"', 'field = "at"', "index posts/at: the code"),
        ("firestore.tf", '"attempts", "for', '"hints", "for', "TTL hints: it is no collection"),
        ("metrics.tf", "trigger.crashed", "trigger.crash", "event trigger.crash: the code has"),
        (
            "metrics.tf",
            "(collect|score|publish|documents|listen)",
            "(collect|score|listen)",
            "event publish.finished: Terr",
        ),
        (
            "metrics.tf",
            "(collect|score|publish|documents|listen)",
            "(collect|rank|publish|documents|listen)",
            "event rank.finished",
        ),
        ("alerts.tf", '"alert.stale" =', '"alert.old" =', "event alert.old: the code has none"),
        ("site.tf", "roles/storage.objectUser", "roles/storage.admin", "storage_bucket.publisher"),
        ("private.tf", "storage.objectCreator", "storage.objectUser", "storage_bucket.freezer"),
        ("private.tf", "storage.objectUser", "storage.admin", "storage_bucket.alarmist"),
        (
            "accounts.tf",
            "roles/run.invoker",
            "roles/run.admin",
            "role cloud_run_v2_service.invoker",
        ),
        ("queues.tf", "_queue_iam_member", "_queue_iam_binding", "role cloud_tasks_queue.enq"),
    ],
)
def test_a_change_of_terraform_alone_is_noticed(tmp_path, file, old, new, said):
    folder = shutil.copytree(FOLDER, tmp_path / "terraform", ignore=shutil.ignore_patterns(".*"))
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    assert any(said in line for line in differences(folder, Code.read()))


@pytest.mark.parametrize(
    ("part", "added", "said"),
    [
        ("entry_points", "hark", "entry point hark: Terraform has none"),
        ("settings", "KIPRAH_NEW", "setting KIPRAH_NEW: Terraform has none"),
        ("secrets", "KIPRAH_NEW_TOKEN", "secret KIPRAH_NEW_TOKEN: Terraform has none"),
        ("platforms", "threads", "queue threads: Terraform has none"),
        ("platforms", "threads", "platform with secrets threads: Terraform has none"),
        ("collections", "comments", "collection comments: Terraform has none"),
        ("queried", "posts/kind", "index posts/kind: Terraform has none"),
        ("events", "alert.new", "event alert.new: Terraform has none"),
    ],
)
def test_a_change_of_the_code_alone_is_noticed(part, added, said):
    code = Code.read()
    more = dataclasses.replace(code, **{part: getattr(code, part) | {added}})
    assert said in differences(FOLDER, more)
    gone = sorted(getattr(code, part))[0]
    fewer = dataclasses.replace(code, **{part: getattr(code, part) - {gone}})
    assert any(f"{gone}: the code has none" in line for line in differences(FOLDER, fewer))


def test_a_change_of_what_expires_is_noticed():
    held = Code.read().expiring - {"tickets"}
    code = dataclasses.replace(Code.read(), expiring=held)
    assert differences(FOLDER, code) == ["TTL tickets: the code has none"]
    code = dataclasses.replace(Code.read(), expiring=held | {"tickets", "rosters"})
    assert differences(FOLDER, code) == ["TTL rosters: Terraform has none"]


def test_what_is_left_to_its_default_says_why():
    assert all(len(reason) > 20 for reason in LEFT.values())


# Schedules


def test_the_jobs_are_the_cadence_files_and_wait_as_long_as_a_run_takes():
    tf = Terraform()
    assert tf.locals["cadences"] == (
        '${jsondecode(file("${path.module}/../../functions/settings/cadence.json"))}'
    )
    job = tf.resources["google_cloud_scheduler_job", "jobs"]
    assert job["for_each"] == "${local.scheduled}"
    assert "for job, cadence in local.cadences" in str(tf.locals["scheduled"])
    assert job["schedule"] == "${each.value.schedule}"
    assert job["attempt_deadline"] == "${each.value.timeout}s"
    for name in CADENCES:
        timeout = tf.locals["all_functions"][name]["timeout"]
        assert timeout == f"${{local.cadences.{name}.timeout}}"


def test_cloud_scheduler_and_cloud_tasks_wait_for_half_an_hour_at_most():
    assert all(cadence.timeout <= 1800 for cadence in CADENCES.values())


def test_two_cadences_pass_before_data_are_called_stale():
    tf = Terraform()
    slowest = max(CADENCES[job].every for job in ("collect", "score", "publish"))
    assert int(tf.variables["stale_minutes"]["default"]) >= 2 * slowest
    assert ">= 60" in tf.variables["stale_minutes"]["validation"][0]["condition"]
    assert slowest * 2 == 60


# Events


def test_what_admins_type_and_is_checked_at_once_is_what_their_rules_let_them_write():
    documents = {name: body["document"] for name, body in facts(Terraform()) if "document" in body}
    assert documents == {
        "check_satker": "agencies/{agency}/satker/{satker}",
        "check_decisions": "agencies/{agency}/decisions/{id}",
        "check_objections": "agencies/{agency}/objections/{id}",
    }
    rules = (FOLDER.parent / "firestore.rules").read_text(encoding="utf-8")
    for document in documents.values():
        assert f"match /{document.split('/')[2]}/{{" in rules


# Queries


def test_no_query_looks_at_two_fields_so_there_is_no_composite_index(monkeypatch):
    from functions.store.firestore import FirestoreStore

    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")  # nobody is asked
    store = FirestoreStore("project")
    shapes = [{}, {"at_least": "a"}, {"below": "b"}, {"at_least": "a", "below": "b"}]
    shapes += [{**shape, "newest": 1} for shape in shapes]
    asked = set()
    for collection in QUERIED:
        for shape in shapes:
            wanted = {"at_least": None, "below": None, "newest": None, **shape}
            query = store._query(f"agencies/a/{collection}", changed_since=None, **wanted)
            asked.add(fields_of(query))
    wanted = dict.fromkeys(("at_least", "below", "newest"))
    changed = store._query(
        "agencies/a/posts", changed_since=datetime(2026, 10, 1, tzinfo=UTC), **wanted
    )
    store.close()
    assert fields_of(changed) == ("changed_at",)
    assert {len(fields) for fields in asked} == {0, 1}
    assert {name for fields in asked for name in fields} == set(QUERIED.values())


def fields_of(query):
    """The fields that a query filters or orders by; by the id it can always be ordered."""
    asked = query._to_protobuf()
    where = re.findall(r'field_path: "([^"]+)"', str(asked.where) + str(asked.order_by))
    return tuple(sorted(set(where) - {"__name__"}))


# What Terraform writes is what the settings take


@pytest.mark.parametrize(
    ("env", "value"),
    [
        ("KIPRAH_STORE", "firestore://kiprah-kemenkum/(default)"),
        ("KIPRAH_QUEUE", "tasks://kiprah-kemenkum/asia-southeast2/kiprah"),
        ("KIPRAH_SITE", "gs://kiprah-kemenkum-kiprah-site"),
        ("KIPRAH_CONNECT_URL", "https://kiprah-connect-123456789012.asia-southeast2.run.app"),
        ("KIPRAH_AGENCIES", "kemenkum=Kementerian Hukum; kemenham=Kementerian HAM@Asia/Makassar"),
    ],
)
def test_what_terraform_writes_is_a_value_that_the_setting_takes(env, value):
    given = {env: value}
    if env == "KIPRAH_QUEUE":
        given["KIPRAH_QUEUE_TARGET"] = "https://kiprah-score-1234.asia-southeast2.run.app"
        given["KIPRAH_QUEUE_ACCOUNT"] = "kiprah-invoker@kiprah-kemenkum.iam.gserviceaccount.com"
    loaded = settings.load(given, dotenv=Path("none"))
    names = {s.env: s.name for s in settings.table()}
    assert getattr(loaded, names[env]) == value
    assert isinstance(loaded, Settings)


def test_the_output_environment_is_a_file_that_the_command_line_reads(tmp_path):
    value = Terraform().outputs["environment"]["value"]
    assert "'${value}'" in value
    (tmp_path / ".env").write_text(
        "KIPRAH_AGENCIES='a=Jum'at; b=\"B\"'\nKIPRAH_TIMEZONE='Asia/Jakarta'"
    )
    read = read_dotenv(tmp_path / ".env")
    assert read == {"KIPRAH_AGENCIES": 'a=Jum\'at; b="B"', "KIPRAH_TIMEZONE": "Asia/Jakarta"}


# Being careful


def test_every_variable_says_what_it_is_for_and_refuses_in_a_sentence():
    for name, variable in Terraform().variables.items():
        assert variable["description"].endswith("."), name
        assert "type" in variable, name
        for validation in variable.get("validation", []):
            assert re.match(r"[A-Z].*\.$", validation["error_message"]), name


def test_what_holds_data_is_not_public_and_only_the_site_is():
    tf = Terraform()
    for name, bucket in tf.of_kind("google_storage_bucket").items():
        assert bucket["uniform_bucket_level_access"] is True
        assert (bucket.get("public_access_prevention") == "enforced") == (name != "site")
    everybody = {
        f"{kind}.{name}"
        for (kind, name), body in tf.resources.items()
        if "allUsers" in str(body.get("member"))
    }
    assert everybody == {
        "google_storage_bucket_iam_member.public",
        "google_cloud_run_v2_service_iam_member.public",
    }


def test_no_value_of_a_secret_goes_through_terraform():
    tf = Terraform()
    assert tf.of_kind("google_secret_manager_secret_version") == {}
    assert not [name for name, variable in tf.variables.items() if "sensitive" in variable]
