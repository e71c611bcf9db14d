# Several agencies: work is shared among many calls.

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  project      = "kiprah-bersama"
  alert_emails = ["jaga@example.go.id", "malam@example.go.id"]
  archive      = "tests/archive.txt"
  agencies = [
    { id = "kemenkum", name = "Kementerian Hukum" },
    { id = "kemenham", name = "Kementerian HAM", timezone = "Asia/Makassar" },
  ]
  shares     = { kemenkum = 3 }
  dispatches = { jobs = { concurrent = 40 }, x = { per_second = 0.5 } }
  settings   = { KIPRAH_META_CALLS_PER_HOUR = "4800" }
}

run "plan" {
  command = plan
  assert {
    condition     = google_cloudfunctions2_function.functions["publish"].service_config[0].max_instance_count == 41
    error_message = "The agencies' queue decides how many publish at once."
  }
}

run "several_agencies" {
  assert {
    condition = alltrue([
      for function in google_cloudfunctions2_function.functions :
      function.service_config[0].environment_variables["KIPRAH_AGENCIES"] == "kemenkum=Kementerian Hukum; kemenham=Kementerian HAM@Asia/Makassar"
      && function.service_config[0].environment_variables["KIPRAH_SHARES"] == "kemenkum=3"
      && function.service_config[0].environment_variables["KIPRAH_META_CALLS_PER_HOUR"] == "4800"
    ])
    error_message = "Every function knows the agencies, their shares and the further settings."
  }
  assert {
    condition = alltrue([
      for name, function in google_cloudfunctions2_function.functions : length(function.event_trigger) == 1 ? true :
      function.service_config[0].environment_variables["KIPRAH_QUEUE"] == "tasks://kiprah-bersama/asia-southeast2/kiprah"
      && function.service_config[0].environment_variables["KIPRAH_QUEUE_TARGET"] == google_cloud_scheduler_job.jobs[name].http_target[0].uri
      && function.service_config[0].environment_variables["KIPRAH_QUEUE_ACCOUNT"] == "someone@kiprah-kemenkum.iam.gserviceaccount.com"
    ])
    error_message = "Each job's function puts tasks for itself, called as the invoker."
  }
  assert {
    condition     = google_cloudfunctions2_function.functions["collect"].service_config[0].environment_variables["KIPRAH_REGISTRY_EVERY"] == "60"
    error_message = "Of several agencies the registry is read once an hour."
  }
  assert {
    condition     = google_cloud_tasks_queue.queues["jobs"].rate_limits[0].max_concurrent_dispatches == 40 && google_cloud_tasks_queue.queues["jobs"].rate_limits[0].max_dispatches_per_second == 10
    error_message = "One rate is changed, the other stays."
  }
  assert {
    condition     = google_cloud_tasks_queue.queues["x"].rate_limits[0].max_dispatches_per_second == 0.5
    error_message = "A queue may be slower than one call in a second."
  }
  assert {
    condition     = google_cloudfunctions2_function.functions["score"].service_config[0].max_instance_count == 41 && google_cloudfunctions2_function.functions["collect"].service_config[0].max_instance_count == 1 + 40 + 3 + 3 + 2 + 2 + 2
    error_message = "As many instances as the queues send calls at once, and one for the scheduled call."
  }
  assert {
    condition     = toset(keys(google_cloud_tasks_queue_iam_member.enqueuers)) == toset(concat([for queue in ["instagram", "facebook", "x", "tiktok", "youtube", "jobs"] : "collect/${queue}"], ["score/jobs", "publish/jobs", "documents/jobs"]))
    error_message = "Collect puts tasks everywhere, score, publish and documents among the jobs."
  }
  assert {
    condition     = length(google_monitoring_notification_channel.mail) == 2 && alltrue([for policy in google_monitoring_alert_policy.lines : length(policy.notification_channels) == 2])
    error_message = "Everybody named is told of everything."
  }
}

run "one_call_does_it_all_when_told" {
  variables {
    fan_out = false
  }
  assert {
    condition     = !contains(keys(google_cloudfunctions2_function.functions["collect"].service_config[0].environment_variables), "KIPRAH_QUEUE")
    error_message = "No queue when it is switched off."
  }
}
