# What this needs, and where its state lies.

terraform {
  required_version = ">= 1.9" # validations that look at another variable

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 7.20, < 9"
    }
  }

  # `make bootstrap` makes the bucket and writes its name into backend.hcl.
  backend "gcs" {
    prefix = "kiprah"
  }
}

# Some services (the budget's, the rules') bill a call to a project, and a person's own credentials
# have none: the installation's.
provider "google" {
  project               = var.project
  region                = var.region
  billing_project       = var.project
  user_project_override = true
}

# Its number is part of the addresses that Cloud Run gives, which are known before a function is.
data "google_project" "this" {
  project_id = var.project
}
