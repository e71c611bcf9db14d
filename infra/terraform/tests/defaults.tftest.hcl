# What one ministry gets that names nothing but its project and a mail address.

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  project      = "kiprah-kemenkum"
  alert_emails = ["jaga@example.go.id"]
  archive      = "tests/archive.txt"
}

run "plan" {
  command = plan
  assert {
    condition     = length(google_cloudfunctions2_function.functions) == 7 && length(google_cloud_scheduler_job.jobs) == 4 && length(google_secret_manager_secret.secrets) == 12
    error_message = "Four functions on schedule, three at events, and a place for each of ten secrets."
  }
}

run "defaults" {
  assert {
    condition     = toset(keys(google_cloudfunctions2_function.functions)) == toset(["collect", "score", "publish", "documents", "check_satker", "check_decisions", "check_objections"])
    error_message = "Without TikTok there is no function that is open to everybody."
  }
  assert {
    condition = alltrue([
      for function in google_cloudfunctions2_function.functions :
      function.service_config[0].ingress_settings == "ALLOW_INTERNAL_ONLY" && function.location == "asia-southeast2"
    ])
    error_message = "Every function runs in Jakarta and is closed to the internet."
  }
  assert {
    condition = alltrue([
      for function in google_cloudfunctions2_function.functions : length(function.service_config[0].secret_environment_variables) == 0
    ])
    error_message = "No secret is mounted before it has a version."
  }
  assert {
    condition     = google_cloudfunctions2_function.functions["score"].service_config[0].environment_variables == tomap({ KIPRAH_STORE = "firestore://kiprah-kemenkum/(default)", KIPRAH_TIMEZONE = "Asia/Jakarta" })
    error_message = "Score is told the store and the time zone, and no queue while there is one agency."
  }
  assert {
    condition     = google_cloudfunctions2_function.functions["publish"].service_config[0].environment_variables["KIPRAH_SITE"] == "gs://kiprah-kemenkum-kiprah-site"
    error_message = "Publish is told the bucket."
  }
  assert {
    condition     = !contains(keys(google_cloudfunctions2_function.functions["collect"].service_config[0].environment_variables), "KIPRAH_SITE")
    error_message = "Collect is not told a bucket that it may not write."
  }
  assert {
    condition     = length(distinct([for function in google_cloudfunctions2_function.functions : function.build_config[0].source[0].storage_source[0].object])) == 1
    error_message = "One archive deploys all functions."
  }
  assert {
    condition     = google_storage_bucket_object.archive[0].name == "archives/${filesha256("tests/archive.txt")}.zip" && google_storage_bucket_object.archive[0].deletion_policy == "ABANDON"
    error_message = "The archive is named by its content and never deleted."
  }
  assert {
    condition = alltrue([
      for name, job in google_cloud_scheduler_job.jobs :
      job.http_target[0].uri == "https://kiprah-${name}-123456789012.asia-southeast2.run.app"
      && job.http_target[0].oidc_token[0].audience == job.http_target[0].uri
      && job.http_target[0].headers["Content-Type"] == "application/json"
      && base64decode(job.http_target[0].body) == "{}"
      && job.time_zone == "Asia/Jakarta"
      && job.attempt_deadline == "${google_cloudfunctions2_function.functions[name].service_config[0].timeout_seconds}s"
    ])
    error_message = "Each job posts JSON to its own function, with a token for it, and waits as long as it runs."
  }
  assert {
    condition     = toset([for queue in google_cloud_tasks_queue.queues : queue.name]) == toset([for name in ["instagram", "facebook", "x", "tiktok", "youtube", "jobs"] : "kiprah-${name}"])
    error_message = "Each platform has its queue, and the agencies' jobs one."
  }
  assert {
    condition     = google_firestore_database.documents.delete_protection_state == "DELETE_PROTECTION_ENABLED" && google_firestore_database.documents.deletion_policy == "ABANDON"
    error_message = "The database cannot be deleted by mistake."
  }
  assert {
    condition     = google_firebaserules_release.documents.name == "cloud.firestore" && google_firebaserules_ruleset.documents.source[0].files[0].content == file("../firestore.rules")
    error_message = "The rules are released for the default database."
  }
  assert {
    condition     = length(google_compute_backend_bucket.site) + length(google_compute_global_address.site) + length(google_billing_budget.month) == 0
    error_message = "Nothing that costs by the hour without being asked for."
  }
  assert {
    condition     = google_storage_bucket.private.public_access_prevention == "enforced" && google_storage_bucket.frozen.public_access_prevention == "enforced" && google_storage_bucket.source.public_access_prevention == "enforced"
    error_message = "All buckets but the site's are closed."
  }
  assert {
    condition     = !google_storage_bucket.frozen.retention_policy[0].is_locked
    error_message = "What can never be undone is asked for."
  }
  assert {
    condition     = length(google_cloud_run_v2_service_iam_member.public) == 0 && toset(keys(google_cloud_run_v2_service_iam_member.invoker)) == toset(["collect", "score", "publish", "documents", "check_satker", "check_decisions", "check_objections"])
    error_message = "Only the invoker calls the functions."
  }
  assert {
    condition     = google_monitoring_uptime_check_config.site.monitored_resource[0].labels.host == "storage.googleapis.com"
    error_message = "The home page is looked at where it is."
  }
  assert {
    condition     = strcontains(output.environment, "KIPRAH_STORE='firestore://kiprah-kemenkum/(default)'") && strcontains(output.environment, "KIPRAH_SCHEDULE='scheduler://kiprah-kemenkum/asia-southeast2/kiprah'") && output.connect_url == null
    error_message = "The outputs say how to reach it from a laptop."
  }
}
