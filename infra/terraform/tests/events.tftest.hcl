# What an admin types calls the function that checks it.

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  project      = "kiprah-kemenkum"
  alert_emails = ["jaga@example.go.id"]
  archive      = "tests/archive.txt"
}

run "each_change_is_checked" {
  assert {
    condition = {
      for name, function in google_cloudfunctions2_function.functions : name => [
        function.name,
        function.build_config[0].entry_point,
        [for filter in function.event_trigger[0].event_filters : filter.value if filter.attribute == "document" && filter.operator == "match-path-pattern"],
      ] if length(function.event_trigger) > 0
      } == {
      check_satker     = ["kiprah-check-satker", "check_satker", ["agencies/{agency}/satker/{satker}"]]
      check_decisions  = ["kiprah-check-decisions", "check_contest", ["agencies/{agency}/decisions/{id}"]]
      check_objections = ["kiprah-check-objections", "check_contest", ["agencies/{agency}/objections/{id}"]]
    }
    error_message = "Three collections call three functions, two of them the same code; the jobs are called by nothing that is written."
  }
  assert {
    condition = alltrue([
      for function in google_cloudfunctions2_function.functions : length(function.event_trigger) == 0 ? true : (
        function.event_trigger[0].event_type == "google.cloud.firestore.document.v1.written"
        && function.event_trigger[0].trigger_region == "asia-southeast2"
        && function.event_trigger[0].retry_policy == "RETRY_POLICY_DO_NOT_RETRY"
        && function.event_trigger[0].service_account_email == google_service_account.invoker.email
        && contains([for filter in function.event_trigger[0].event_filters : "${filter.attribute}=${filter.value}"], "database=(default)")
        && function.service_config[0].max_instance_request_concurrency == 1
        && function.service_config[0].max_instance_count <= 3
        && function.service_config[0].timeout_seconds <= 540
      )
    ])
    error_message = "Each trigger lies where its database does and calls as the invoker; an event has 540 seconds at most."
  }
  assert {
    condition     = google_project_iam_member.event_receiver[0].role == "roles/eventarc.eventReceiver" && google_cloud_run_v2_service_iam_member.invoker["check_satker"].role == "roles/run.invoker"
    error_message = "The invoker is told of what is written, and may call whom it concerns."
  }
  assert {
    condition     = length(setsubtract(["eventarc.googleapis.com", "pubsub.googleapis.com"], keys(google_project_service.services))) == 0
    error_message = "The services that carry events are on."
  }
  assert {
    condition     = toset(keys(google_service_account.functions)) == toset(["collect", "score", "publish", "documents", "satker", "contest"]) && toset(keys(google_project_iam_member.documents)) == toset(keys(google_service_account.functions))
    error_message = "Whoever checks is an account of its own, and reads and writes documents."
  }
  assert {
    condition     = alltrue([for name in ["check_satker", "check_decisions"] : google_cloudfunctions2_function.functions[name].service_config[0].environment_variables == tomap({ KIPRAH_STORE = "firestore://kiprah-kemenkum/(default)", KIPRAH_TIMEZONE = "Asia/Jakarta" })])
    error_message = "They are told the store and the time zone."
  }
}

run "another_database" {
  variables {
    database = "kiprah-kembali"
    region   = "asia-southeast1"
  }
  assert {
    condition = alltrue([
      for function in google_cloudfunctions2_function.functions : length(function.event_trigger) == 0 ? true : (
        function.event_trigger[0].trigger_region == "asia-southeast1"
        && contains([for filter in function.event_trigger[0].event_filters : "${filter.attribute}=${filter.value}"], "database=kiprah-kembali")
      )
    ])
    error_message = "The triggers follow the database."
  }
}

run "the_longest_prefix" {
  command = plan
  variables {
    name_prefix = "kiprah-kemenkum-2026"
  }
  assert {
    condition     = alltrue([for account in google_service_account.functions : length(account.account_id) <= 30])
    error_message = "Every account's name has at most 30 characters."
  }
}

run "without_them" {
  variables {
    check_edits = false
    platforms   = ["x"]
  }
  assert {
    condition     = toset(keys(google_cloudfunctions2_function.functions)) == toset(["collect", "score", "publish", "documents"]) && length(google_project_iam_member.event_receiver) == 0
    error_message = "No function, and no role, for what is not asked for."
  }
  assert {
    condition     = toset(keys(google_service_account.functions)) == toset(["collect", "score", "publish", "documents"]) && toset(keys(google_secret_manager_secret_iam_member.readers)) == toset(["collect/KIPRAH_X_BEARER_TOKEN"])
    error_message = "No account, and no secret for it."
  }
  assert {
    condition     = length(setintersection(["eventarc.googleapis.com", "pubsub.googleapis.com"], keys(google_project_service.services))) == 0
    error_message = "No service that nobody uses."
  }
}
