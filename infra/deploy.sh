#!/bin/sh
# Terraform with this installation's state: `deploy.sh plan|apply [ARGUMENT…]`, and back to an archive
# that was deployed before: `deploy.sh rollback [archives/SHA256.zip] [ARGUMENT…]`.
set -eu
cd "$(dirname "$0")/terraform"

fail() {
  echo "$1" >&2
  exit "${2:-1}"
}

ready() {
  command -v terraform >/dev/null || fail "terraform is not installed: https://developer.hashicorp.com/terraform/install"
  [ -e backend.hcl ] || fail "nothing says where the state lies: make bootstrap PROJECT=… first"
  [ -e terraform.tfvars ] || fail "infra/terraform/terraform.tfvars is missing: copy terraform.tfvars.example and fill it in"
  terraform init -input=false -backend-config=backend.hcl >/dev/null
}

# The archive before the one that is deployed now, by the time each came into the bucket.
before() {
  command -v gcloud >/dev/null || fail "gcloud is not installed; name an archive: make rollback ARGS=archives/SHA256.zip"
  now=$(terraform output -raw archive_object)
  gcloud storage objects list "gs://$(terraform output -raw source_bucket)/archives/**" \
    --sort-by=creation_time --format='value(name)' |
    awk -v now="$now" '$0 == now { print last; exit } { last = $0 }'
}

command=${1:-}
[ $# -eq 0 ] || shift
case $command in
  plan | apply)
    ready
    exec terraform "$command" "$@"
    ;;
  rollback)
    ready
    case ${1:-} in
      archives/*)
        object=$1
        shift
        ;;
      *)
        object=$(before)
        [ -n "$object" ] || fail "no archive came before the one that is deployed: there is nothing to go back to"
        ;;
    esac
    echo "Back to $object; the next make deploy goes forward again"
    exec terraform apply -var "archive_object=$object" "$@"
    ;;
  *) fail "usage: deploy.sh plan|apply|rollback [ARGUMENT…]" 2 ;;
esac
