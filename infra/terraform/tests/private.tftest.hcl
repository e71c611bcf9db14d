# Alarms as files: a bucket that is closed, forgets, and has one writer.

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  project      = "kiprah-kemenkum"
  alert_emails = ["jaga@example.go.id"]
  archive      = "tests/archive.txt"
}

run "nobody_asked_for_it" {
  assert {
    condition     = length(google_storage_bucket.alarms) + length(google_storage_bucket_iam_member.alarmist) + length(google_storage_bucket_iam_member.staff) == 0
    error_message = "No bucket is made that was not asked for."
  }
  assert {
    condition     = !contains(keys(google_cloudfunctions2_function.functions["publish"].service_config[0].environment_variables), "KIPRAH_PRIVATE") && output.alarms_bucket == null
    error_message = "Publish is told no place."
  }
}

run "a_closed_bucket_in_jakarta" {
  variables {
    private_files   = true
    private_readers = ["group:humas@example.go.id"]
  }
  assert {
    condition     = google_storage_bucket.alarms[0].public_access_prevention == "enforced" && google_storage_bucket.alarms[0].uniform_bucket_level_access && google_storage_bucket.alarms[0].location == "asia-southeast2"
    error_message = "It can never be opened to everybody, and lies in Jakarta."
  }
  assert {
    condition     = google_storage_bucket.alarms[0].name != google_storage_bucket.site.name && google_storage_bucket.alarms[0].name != google_storage_bucket.frozen.name
    error_message = "It lies apart from all that is public."
  }
  assert {
    condition     = one(one(google_storage_bucket.alarms[0].lifecycle_rule).condition).age == 100 && google_storage_bucket.alarms[0].soft_delete_policy[0].retention_duration_seconds == 0
    error_message = "What is a hundred days old is gone."
  }
  assert {
    condition     = google_storage_bucket_iam_member.alarmist[0].role == "roles/storage.objectUser" && google_storage_bucket_iam_member.alarmist[0].member == google_service_account.functions["publish"].member
    error_message = "Publish alone writes it."
  }
  assert {
    condition     = keys(google_storage_bucket_iam_member.staff) == ["group:humas@example.go.id"] && google_storage_bucket_iam_member.staff["group:humas@example.go.id"].role == "roles/storage.objectViewer"
    error_message = "Staff read it, and no more."
  }
  assert {
    condition     = [for name, function in google_cloudfunctions2_function.functions : name if contains(keys(function.service_config[0].environment_variables), "KIPRAH_PRIVATE")] == ["publish"]
    error_message = "Publish alone is told of it."
  }
  assert {
    condition     = google_cloudfunctions2_function.functions["publish"].service_config[0].environment_variables["KIPRAH_PRIVATE"] == "gs://kiprah-kemenkum-kiprah-alarms"
    error_message = "Publish is told the bucket."
  }
  assert {
    condition     = strcontains(google_project_iam_member.build_source.condition[0].expression, "kiprah-kemenkum-kiprah-alarms")
    error_message = "Whoever builds the functions does not read it."
  }
}

run "readers_of_nothing" {
  command = plan
  variables {
    private_readers = ["user:ani@example.go.id"]
  }
  expect_failures = [var.private_readers]
}

run "readers_that_are_everybody" {
  command = plan
  variables {
    private_files   = true
    private_readers = ["allUsers"]
  }
  expect_failures = [var.private_readers]
}
