# Listening beside the ranking: nothing of it unless it is asked for.

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  project      = "kiprah-kemenkum"
  alert_emails = ["jaga@example.go.id"]
  archive      = "tests/archive.txt"
  platforms    = ["x", "youtube"]
}

run "not_asked_for" {
  assert {
    condition     = !contains(keys(google_cloudfunctions2_function.functions), "listen") && toset(keys(google_cloud_scheduler_job.jobs)) == toset(["collect", "score", "publish", "documents"])
    error_message = "Neither a function nor a schedule."
  }
  assert {
    condition     = length(google_monitoring_alert_policy.stale.conditions) == 4
    error_message = "Nobody waits for a job that is not there."
  }
}

run "asked_for" {
  variables {
    listen = true
  }
  assert {
    condition     = google_cloudfunctions2_function.functions["listen"].build_config[0].entry_point == "listen" && google_cloud_scheduler_job.jobs["listen"].schedule == "50 * * * *"
    error_message = "It is called every hour."
  }
  assert {
    condition     = toset([for secret in google_cloudfunctions2_function.functions["listen"].service_config[0].secret_environment_variables : secret.key]) == toset(["KIPRAH_X_BEARER_TOKEN"])
    error_message = "It is given X's token and nothing else."
  }
  assert {
    condition     = google_cloud_run_v2_service_iam_member.invoker["listen"].role == "roles/run.invoker" && length(google_monitoring_alert_policy.stale.conditions) == 5
    error_message = "The invoker calls it, and its standing still is told."
  }
}

run "comments" {
  command = plan
  variables {
    listen          = true
    listen_comments = true
    platforms       = ["youtube"]
  }
  assert {
    condition     = toset([for secret in google_cloudfunctions2_function.functions["listen"].service_config[0].secret_environment_variables : secret.key]) == toset(["KIPRAH_TOKEN_KEY", "KIPRAH_YOUTUBE_API_KEY"])
    error_message = "It is given the key of what it keeps and of the platforms that are read, and no more."
  }
}

run "comments_by_nobody" {
  command = plan
  variables {
    listen_comments = true
  }
  expect_failures = [var.listen_comments]
}

run "without_x" {
  command = plan
  variables {
    listen    = true
    platforms = ["youtube"]
  }
  expect_failures = [var.listen_comments]
}
