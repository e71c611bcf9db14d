# What Google would answer, as far as anything is made of it.

mock_data "google_project" {
  defaults = { number = "123456789012" }
}

mock_resource "google_service_account" {
  defaults = {
    email  = "someone@kiprah-kemenkum.iam.gserviceaccount.com"
    member = "serviceAccount:someone@kiprah-kemenkum.iam.gserviceaccount.com"
    name   = "projects/kiprah-kemenkum/serviceAccounts/someone@kiprah-kemenkum.iam.gserviceaccount.com"
  }
}

mock_resource "google_compute_global_address" {
  defaults = { address = "203.0.113.7" }
}
