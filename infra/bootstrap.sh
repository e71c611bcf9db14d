#!/bin/sh
# Once for a project: the services that Terraform itself needs, the bucket of its state, and that
# bucket's name in infra/terraform/backend.hcl. Running it again changes nothing.
set -eu
cd "$(dirname "$0")/terraform"

project=${1:-} region=${2:-asia-southeast2}
if [ -z "$project" ]; then
  echo "usage: make bootstrap PROJECT=kiprah-kemenkum" >&2
  exit 2
fi
if ! command -v gcloud >/dev/null; then
  echo "gcloud is not installed: https://cloud.google.com/sdk/docs/install" >&2
  exit 1
fi

echo "Switching on what Terraform needs in $project"
gcloud services enable --project="$project" \
  cloudresourcemanager.googleapis.com iam.googleapis.com serviceusage.googleapis.com storage.googleapis.com

bucket=$project-kiprah-state
if ! gcloud storage buckets describe "gs://$bucket" --project="$project" >/dev/null 2>&1; then
  echo "Making the state's bucket gs://$bucket"
  gcloud storage buckets create "gs://$bucket" --project="$project" --location="$region" \
    --uniform-bucket-level-access --public-access-prevention
fi
# Every state there ever was: what a mistake would cost otherwise cannot be had back.
gcloud storage buckets update "gs://$bucket" --versioning

echo "bucket = \"$bucket\"" >backend.hcl
if [ ! -e terraform.tfvars ]; then
  sed "s/^project .*/project      = \"$project\"/" terraform.tfvars.example >terraform.tfvars
  echo "Now fill in infra/terraform/terraform.tfvars, then: make plan"
else
  echo "Now: make plan"
fi
