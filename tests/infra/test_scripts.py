"""The scripts around Terraform, with programs in the place of terraform and gcloud that write down
what they are asked and answer as the real ones do. Neither is ever run against a real project."""

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

INFRA = Path(__file__).parents[2] / "infra"

TERRAFORM = """\
#!/bin/sh
echo "terraform $*" >>"$CALLS"
case "$*" in
  *"output -raw archive_object") printf %s "$DEPLOYED" ;;
  *"output -raw source_bucket") printf %s kiprah-kemenkum-kiprah-source ;;
  *"output -raw project") printf %s kiprah-kemenkum ;;
  *"output -json secrets")
    [ -z "${NO_STATE:-}" ] || { echo "Error: no outputs found" >&2; exit 1; }
    echo '{"KIPRAH_TOKEN_KEY": "kiprah-token-key",'
    echo ' "KIPRAH_X_BEARER_TOKEN": "kiprah-x-bearer-token"}'
    ;;
esac
"""
GCLOUD = """\
#!/bin/sh
echo "gcloud $*" >>"$CALLS"
case "$*" in
  "storage objects list"*) printf '%s\\n' $ARCHIVES ;;
  "storage buckets describe"*) [ -e "$CALLS.bucket" ] ;;
  "storage buckets create"*) : >"$CALLS.bucket" ;;
  "secrets versions add"*) cat >"$CALLS.secret" ;;
esac
"""


def archive(number):
    return f"archives/{str(number) * 64}.zip"


class Bench:
    """A copy of the scripts, and the two programs."""

    def __init__(self, folder):
        self.infra = shutil.copytree(
            INFRA, folder / "infra", ignore=shutil.ignore_patterns("*.zip", ".*", "*.tfvars")
        )
        self.terraform = self.infra / "terraform"
        (self.terraform / "backend.hcl").unlink(missing_ok=True)
        self.programs, self.record = folder / "programs", folder / "calls"
        self.programs.mkdir()
        for name, script in (("terraform", TERRAFORM), ("gcloud", GCLOUD)):
            (self.programs / name).write_text(script)
            (self.programs / name).chmod(0o755)

    def run(self, script, *arguments, given="", **environment):
        shell = [sys.executable] if script.endswith(".py") else ["sh"]
        return subprocess.run(
            [*shell, str(self.infra / script), *arguments],
            env={
                "PATH": f"{self.programs}:/usr/bin:/bin",
                "CALLS": str(self.record),
                **environment,
            },
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self):
        return self.record.read_text().splitlines() if self.record.exists() else []

    def settle(self):
        """As after `make bootstrap`."""
        (self.terraform / "backend.hcl").write_text('bucket = "kiprah-kemenkum-kiprah-state"\n')
        (self.terraform / "terraform.tfvars").write_text('project = "kiprah-kemenkum"\n')


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def test_bootstrap_says_where_the_state_lies_and_what_to_do_next(bench):
    done = bench.run("bootstrap.sh", "kiprah-kemenkum")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("fill in infra/terraform/terraform.tfvars, then: make plan\n")
    backend = (bench.terraform / "backend.hcl").read_text()
    assert backend == 'bucket = "kiprah-kemenkum-kiprah-state"\n'
    assert (
        'project      = "kiprah-kemenkum"\n' in (bench.terraform / "terraform.tfvars").read_text()
    )
    assert any("buckets create gs://kiprah-kemenkum-kiprah-state" in c for c in bench.calls())


def test_bootstrap_again_makes_nothing_anew_and_leaves_what_was_filled_in(bench):
    bench.run("bootstrap.sh", "kiprah-kemenkum")
    (bench.terraform / "terraform.tfvars").write_text("# filled in\n")
    bench.record.unlink()
    done = bench.run("bootstrap.sh", "kiprah-kemenkum")
    assert done.returncode == 0
    assert not any("buckets create" in call for call in bench.calls())
    assert (bench.terraform / "terraform.tfvars").read_text() == "# filled in\n"


def test_bootstrap_without_a_project_is_wrong_usage(bench):
    done = bench.run("bootstrap.sh")
    assert (done.returncode, done.stderr) == (2, "usage: make bootstrap PROJECT=kiprah-kemenkum\n")
    assert bench.calls() == []


@pytest.mark.parametrize("command", ["plan", "apply", "rollback"])
@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("backend.hcl", "nothing says where the state lies: make bootstrap PROJECT=… first\n"),
        ("terraform.tfvars", "terraform.tfvars is missing: copy terraform.tfvars.example and fill"),
        ("terraform", "terraform is not installed: https://developer.hashicorp.com"),
    ],
)
def test_what_is_missing_is_told_in_one_line(bench, command, missing, said):
    bench.settle()
    folder = bench.programs if missing == "terraform" else bench.terraform
    (folder / missing).unlink()
    if missing == "terraform" and shutil.which("terraform", path="/usr/bin:/bin"):
        pytest.skip("this machine has a terraform where its own programs lie")
    done = bench.run("deploy.sh", command)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert bench.calls() == []


def test_plan_and_deploy_hand_on_their_arguments(bench):
    bench.settle()
    assert bench.run("deploy.sh", "plan", "-out=kiprah.tfplan").returncode == 0
    assert bench.run("deploy.sh", "apply", "-auto-approve").returncode == 0
    init = "terraform init -input=false -backend-config=backend.hcl"
    assert bench.calls() == [
        init,
        "terraform plan -out=kiprah.tfplan",
        init,
        "terraform apply -auto-approve",
    ]


def test_rollback_goes_to_the_archive_before(bench):
    bench.settle()
    listed = " ".join(map(archive, (1, 2, 3, 4)))
    done = bench.run("deploy.sh", "rollback", DEPLOYED=archive(3), ARCHIVES=listed)
    assert done.returncode == 0
    assert bench.calls()[-1] == f"terraform apply -var archive_object={archive(2)}"
    assert archive(2) in done.stdout


def test_rollback_goes_to_the_archive_that_is_named(bench):
    bench.settle()
    assert bench.run("deploy.sh", "rollback", archive(7), "-auto-approve").returncode == 0
    applied = f"terraform apply -var archive_object={archive(7)} -auto-approve"
    assert bench.calls()[1:] == [applied]


@pytest.mark.parametrize("listed", ["", archive(3), f"{archive(3)} {archive(4)}"])
def test_there_may_be_nothing_to_go_back_to(bench, listed):
    bench.settle()
    done = bench.run("deploy.sh", "rollback", DEPLOYED=archive(3), ARCHIVES=listed)
    assert done.returncode == 1
    assert done.stderr.startswith("no archive came before the one that is deployed")
    assert not any("apply" in call for call in bench.calls())


def test_an_unknown_command_is_wrong_usage(bench):
    assert bench.run("deploy.sh", "destroy").returncode == 2
    assert bench.run("deploy.sh").returncode == 2


# Secrets


def test_a_secret_goes_to_its_place_and_stands_in_no_command(bench):
    done = bench.run("secret.py", "KIPRAH_X_BEARER_TOKEN", given="  AAAA-very-secret%2B\r\n")
    assert done.returncode == 0, done.stderr
    assert Path(f"{bench.record}.secret").read_text() == "AAAA-very-secret%2B"
    assert "very-secret" not in "".join(bench.calls()) + done.stdout + done.stderr
    assert bench.calls()[-1] == (
        "gcloud secrets versions add kiprah-x-bearer-token --project=kiprah-kemenkum --data-file=-"
    )


def test_a_token_key_is_made_when_none_is_given_and_it_is_fernets(bench):
    keys = set()
    for _ in range(2):
        assert bench.run("secret.py", "KIPRAH_TOKEN_KEY").returncode == 0
        keys.add(Path(f"{bench.record}.secret").read_text())
    assert len(keys) == 2
    for key in keys:
        Fernet(key)


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("KIPRAH_X_BEARER_TOKEN", " \n", "nothing was given, and nothing is stored"),
        ("KIPRAH_X_BEARER_TOKEN", "one\ntwo", "give one line"),
        ("KIPRAH_X_TOKEN", "value", "is no secret; there are KIPRAH_TOKEN_KEY, KIPRAH_X_BEARER"),
        ("X\nY" * 50, "value", "is no secret"),
    ],
)
def test_what_is_no_secret_is_refused_in_one_line(bench, name, given, said):
    done = bench.run("secret.py", name, given=given)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not Path(f"{bench.record}.secret").exists()


def test_before_the_first_deployment_there_is_no_place(bench):
    done = bench.run("secret.py", "KIPRAH_X_BEARER_TOKEN", given="value", NO_STATE="1")
    assert done.returncode == 1
    assert done.stderr.startswith("terraform: make deploy first")


@pytest.mark.parametrize("arguments", [[], ["--help"], ["A", "B"]])
def test_wrong_usage_of_secret_is_told(bench, arguments):
    done = bench.run("secret.py", *arguments)
    assert (done.returncode, done.stderr) == (2, "usage: make secret NAME=KIPRAH_X_BEARER_TOKEN\n")


def test_what_is_typed_at_a_terminal_is_not_shown(bench):
    ours, theirs = pty.openpty()
    command = [sys.executable, str(bench.infra / "secret.py"), "KIPRAH_X_BEARER_TOKEN"]
    environment = {"PATH": f"{bench.programs}:/usr/bin:/bin", "CALLS": str(bench.record)}
    # A session of its own, whose terminal is the one that the password is asked at.
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    shown = b""
    while b"KIPRAH_X_BEARER_TOKEN: " not in shown:
        shown += os.read(ours, 1024)
    os.write(ours, b"AAAA-typed\n")
    try:
        while chunk := os.read(ours, 1024):
            shown += chunk
    except OSError:  # the terminal's other end is closed
        pass
    assert process.wait() == 0
    os.close(ours)
    assert b"AAAA-typed" not in shown
    assert Path(f"{bench.record}.secret").read_text() == "AAAA-typed"
