# With a domain, a billing account and everything locked.

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  project         = "kiprah-kemenkum"
  alert_emails    = ["jaga@example.go.id"]
  archive         = "tests/archive.txt"
  domain          = "peringkat.example.go.id"
  billing_account = "012345-6789AB-CDEF01"
  frozen_locked   = true
  database        = "kiprah"
  admins          = ["group:humas@example.go.id"]
}

run "plan" {
  command = plan
  assert {
    condition     = contains(keys(google_project_service.services), "compute.googleapis.com") && contains(keys(google_project_service.services), "billingbudgets.googleapis.com")
    error_message = "A domain and a budget bring the services they need."
  }
}

run "everything" {
  assert {
    condition     = google_compute_url_map.redirect[0].default_url_redirect[0].https_redirect && google_compute_managed_ssl_certificate.site[0].managed[0].domains == tolist(["peringkat.example.go.id"])
    error_message = "http leads to https, which has the domain's certificate."
  }
  assert {
    condition     = length(google_compute_global_forwarding_rule.https) == 2 && length(google_compute_global_forwarding_rule.http) == 2
    error_message = "Both kinds of addresses are answered on both ports."
  }
  assert {
    condition     = anytrue([for header in google_compute_backend_bucket.site[0].custom_response_headers : startswith(header, "Content-Security-Policy: default-src 'none'")])
    error_message = "Pages come with a content security policy."
  }
  assert {
    condition     = length(google_storage_bucket.site.cors) == 0 && contains(google_compute_backend_bucket.site[0].custom_response_headers, "Access-Control-Allow-Origin: *")
    error_message = "Who may read the open data is said once."
  }
  assert {
    condition     = google_cloudfunctions2_function.functions["publish"].service_config[0].environment_variables["KIPRAH_SITE_URL"] == "https://peringkat.example.go.id"
    error_message = "Pages name the domain as their own."
  }
  assert {
    condition     = google_monitoring_uptime_check_config.site.monitored_resource[0].labels.host == "peringkat.example.go.id"
    error_message = "The domain is what is looked at."
  }
  assert {
    condition     = google_billing_budget.month[0].amount[0].specified_amount[0].units == "50" && length(google_billing_budget.month[0].threshold_rules) == 4
    error_message = "The budget warns four times."
  }
  assert {
    condition     = google_storage_bucket.frozen.retention_policy[0].is_locked && tonumber(google_storage_bucket.frozen.retention_policy[0].retention_period) == 5 * 31557600
    error_message = "Frozen files stay for five years, whoever wants otherwise."
  }
  assert {
    condition     = google_firebaserules_release.documents.name == "cloud.firestore/kiprah" && google_project_iam_member.documents["collect"].condition[0].expression == "resource.name == \"projects/kiprah-kemenkum/databases/kiprah\""
    error_message = "A named database has its own rules, and the functions no other."
  }
  assert {
    condition     = length(output.dns_records) == 2 && output.site_url == "https://peringkat.example.go.id"
    error_message = "The records to set are told."
  }
}
